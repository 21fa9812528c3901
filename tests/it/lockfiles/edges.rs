//! The odd requirements files of which each tool makes something else: ours is what is wanted of each.

use gate_hook::audit::{Demand, Evidence, Manifest};
use serde_json::Value;

use super::{pins, read_tree, shared};

#[test]
fn every_odd_file_is_read_as_wanted() {
    let Some(content) = shared("edge-requirements.json") else {
        return;
    };
    let content: Value = serde_json::from_slice(&content).unwrap();
    let cases = content["cases"]
        .as_array()
        .or_else(|| content.as_array())
        .unwrap();
    assert!(cases.len() >= 59);
    let wrong: Vec<String> = cases.iter().filter_map(difference).collect();
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

fn difference(case: &Value) -> Option<String> {
    let name = case["file"].as_str().unwrap();
    let bytes = match case["text"].as_str() {
        Some(text) => text.as_bytes().to_vec(),
        None => unpacked(case["base64"].as_str().unwrap()),
    };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let mut files = vec![(name, bytes)];
    for (name, text) in case["files"].as_object().into_iter().flatten() {
        files.push((name, text.as_str().unwrap().as_bytes().to_vec()));
    }
    let manifest = read_tree(name, &files);
    let class = case["wanted"]["class"].as_str().unwrap();
    let skipped = |demand: &Demand| matches!(demand, Demand::Skipped { .. });
    let open = |demand: &Demand| matches!(demand, Demand::Open { .. });
    let count = |wanted: fn(&Demand) -> bool| {
        manifest
            .dependencies
            .iter()
            .filter(|d| wanted(&d.demand))
            .count()
    };
    let said = manifest.problems.len() + manifest.notices.len();
    let is_open: fn(&Demand) -> bool = open;
    let is_skipped: fn(&Demand) -> bool = skipped;
    let right = match class {
        "pin" | "decode" => pins(&manifest) == ["jinja2 3.1.2"] && manifest.problems.is_empty(),
        "same" | "public" => same(&manifest, &case["pip_audit"]) && manifest.problems.is_empty(),
        "same-finding" | "both" => {
            pins(&manifest) == written(&text) && manifest.problems.is_empty()
        }
        "unpinned" => count(is_open) == 1 && manifest.problems.is_empty(),
        "env" => count(is_open) == 1 && manifest.notices.len() == 1 && manifest.problems.is_empty(),
        "constraint" => {
            pins(&manifest) == ["django 4.2.1", "jinja2 3.1.2"]
                && manifest
                    .dependencies
                    .iter()
                    .all(|d| d.constraint == (d.name.as_str() == "django"))
        }
        "follow" => pins(&manifest).contains(&"django 4.2.1".to_owned()) && followed(&manifest),
        "skip" => count(is_skipped) == 1 && manifest.problems.is_empty(),
        "infer" => {
            pins(&manifest) == ["jinja2 3.1.2"]
                && manifest.dependencies.iter().all(|d| {
                    !matches!(
                        d.demand,
                        Demand::Pinned {
                            evidence: Evidence::Stated,
                            ..
                        }
                    )
                })
        }
        "notice" => said == 1 && pins(&manifest) == written_apart(&text),
        "error" => manifest.problems.len() == 1 && manifest.problems[0].line == Some(1),
        class => panic!("unknown class {class}"),
    };
    (!right).then(|| format!("{name} ({class}): {manifest:#?}"))
}

/// Returns whether the packages are those that pip-audit found, with versions or without.
fn same(manifest: &Manifest, recorded: &Value) -> bool {
    let dependencies = recorded["dependencies"].as_array().unwrap();
    let mut expected: Vec<String> = dependencies
        .iter()
        .filter_map(|d| Some(format!("{} {}", d[0].as_str()?, d[1].as_str()?)))
        .collect();
    // Two spellings of one version are one dependency there.
    expected.sort();
    let ours = pins(manifest);
    let once = |pin: &&String| {
        expected.contains(*pin) || !ours.contains(&pin.trim_end_matches(".0").to_owned())
    };
    let ours: Vec<&String> = ours.iter().filter(once).collect();
    let expected: Vec<&String> = expected.iter().collect();
    let skipped = dependencies.iter().filter(|d| d[1].is_null()).count();
    let all = manifest.dependencies.iter();
    ours == expected
        && all
            .filter(|d| matches!(d.demand, Demand::Skipped { .. }))
            .count()
            == skipped
}

/// Returns the pins of a file whose lines are all plain ones, with a marker perhaps.
fn written(text: &str) -> Vec<String> {
    let pin = |line: &str| {
        let (name, version) = line.split(';').next()?.trim().split_once("==")?;
        Some(format!("{} {version}", name.to_lowercase()))
    };
    let mut pins: Vec<String> = text.lines().filter_map(pin).collect();
    pins.sort();
    pins
}

/// Returns the pins of the lines that are not broken.
fn written_apart(text: &str) -> Vec<String> {
    let whole = |line: &&str| !line.starts_with('"') && !line.contains('#');
    let lines: Vec<&str> = text.lines().filter(whole).collect();
    let bare: Vec<&str> = lines
        .iter()
        .map(|line| line.split(" --").next().unwrap())
        .collect();
    written(&bare.join("\n"))
}

fn followed(manifest: &Manifest) -> bool {
    manifest.dependencies.iter().all(|dependency| {
        let nested = dependency.name.as_str() == "django";
        let file = dependency.location.place.path().unwrap().to_text();
        nested == (file == "base.in") && nested == (dependency.included_from.len() == 1)
    })
}

fn unpacked(base64: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for byte in base64.bytes().filter(|byte| *byte != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            _ => 63,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    bytes
}
