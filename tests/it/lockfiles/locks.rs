//! Real lock files of one project: every package with its version, its parts and its marker.

use gate_hook::audit::Dependency;
use gate_hook::audit::marker::Marker;
use serde_json::Value;

use super::{pinned, read_tree, shared};

#[test]
fn real_lock_files_give_what_their_tools_say() {
    let Some(expected) = shared("locks/expected.json") else {
        return;
    };
    let expected: Value = serde_json::from_slice(&expected).unwrap();
    for (name, packages) in expected.as_object().unwrap() {
        let (folder, _) = name.split_once('/').unwrap();
        let mut files = Vec::new();
        for file in ["pyproject.toml", "requirements.in", "requirements.txt"] {
            let path = format!("{folder}/{file}");
            if std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
                .join("../shared/advisories/locks")
                .join(&path)
                .exists()
            {
                files.push((path.clone(), shared(&format!("locks/{path}")).unwrap()));
            }
        }
        files.push((name.clone(), shared(&format!("locks/{name}")).unwrap()));
        let files: Vec<(&str, Vec<u8>)> = files
            .iter()
            .map(|(path, content)| (path.as_str(), content.clone()))
            .collect();
        let manifest = read_tree(name, &files);
        assert_eq!(manifest.problems, [], "{name}");
        let mut ours: Vec<String> = manifest
            .dependencies
            .iter()
            .filter(|dependency| pinned(dependency).is_some())
            .map(|dependency| shown(dependency, packages.as_array().unwrap()))
            .collect();
        let mut theirs: Vec<String> = packages.as_array().unwrap().iter().map(recorded).collect();
        ours.sort();
        theirs.sort();
        assert_eq!(ours, theirs, "{name}");
    }
}

/// Shows what the record of the file has: parts, and markers, only where it has them.
fn shown(dependency: &Dependency, recorded: &[Value]) -> String {
    let has = |key: &str| recorded.iter().any(|package| !package[key].is_null());
    let mut parts = vec!["main".to_owned()];
    if !dependency.groups.is_empty() {
        // Of an extra of a lock file of Poetry the record has no name.
        let part = |part: &String| {
            part.split(':')
                .next()
                .filter(|kind| *kind == "extra")
                .unwrap_or(part)
                .to_owned()
        };
        parts = dependency.groups.iter().map(part).collect();
    }
    let scopes = has("scopes").then_some(parts);
    let marker = dependency.marker.as_deref().filter(|_| has("marker"));
    show(
        dependency.name.as_str(),
        pinned(dependency).unwrap(),
        scopes,
        marker,
    )
}

fn recorded(package: &Value) -> String {
    let scopes = package["scopes"].as_array().map(|scopes| {
        let scope = |scope: &Value| {
            let scope = scope.as_str().unwrap();
            scope
                .split(':')
                .next()
                .filter(|kind| *kind == "extra")
                .unwrap_or(scope)
                .to_owned()
        };
        scopes.iter().map(scope).collect()
    });
    let text = |key: &str| package[key].as_str().unwrap();
    show(
        text("name"),
        text("version"),
        scopes,
        package["marker"].as_str(),
    )
}

fn show(name: &str, version: &str, scopes: Option<Vec<String>>, marker: Option<&str>) -> String {
    let mut scopes = scopes.unwrap_or_default();
    scopes.sort();
    scopes.dedup();
    let marker = marker.map(|marker| marker.parse::<Marker>().unwrap().to_string());
    format!(
        "{name} {version} {} {}",
        scopes.join("+"),
        marker.unwrap_or_default()
    )
}
