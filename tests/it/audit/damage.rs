//! Damaged, foreign and interrupted files: never a panic, never "no vulnerability".

use std::collections::BTreeSet;

use gate_hook::audit::{Builder, Database, DatabaseError, PackageName, Reading, Version};
use serde_json::json;

use super::shared;

/// What the undamaged database says, and what is asked of each damaged one.
struct Sample {
    file: Vec<u8>,
    /// Package, version, how many records affect it.
    questions: Vec<(PackageName, Version, usize)>,
}

/// Makes a database of some packages, most of them with a vulnerable version 1.0.
fn sample() -> Sample {
    let mut builder = Builder::default();
    let mut questions = Vec::new();
    for number in 0..200 {
        let name = format!("package-{number}");
        let count = number % 4;
        for record in 0..count {
            let record = json!({
                "id": format!("TEST-{number}-{record}"),
                "aliases": [format!("CVE-2099-{number}{record}")],
                "modified": "2099-01-01T00:00:00Z",
                "summary": "a weakness that is described in a few words",
                "database_specific": { "severity": "HIGH" },
                "affected": [{
                    "package": { "ecosystem": "PyPI", "name": name },
                    "ranges": [{ "type": "ECOSYSTEM", "events": [{ "introduced": "0" }, { "fixed": "2.0" }] }],
                }],
            });
            builder.add_record("record", record.to_string().as_bytes());
        }
        let version = Version::parse("1.0").unwrap();
        questions.push((PackageName::new(&name), version, count));
    }
    let file = builder.finish("test", "", &BTreeSet::new()).unwrap();
    Sample { file, questions }
}

/// Asks everything; an error is an answer too, a wrong number is not.
fn ask(sample: &Sample, file: Vec<u8>) -> Result<(), DatabaseError> {
    let database = Database::open(Box::new(file))?;
    for (name, version, expected) in &sample.questions {
        let package = database.package(name)?;
        let found = package.affecting(version, Reading::Meant)?;
        let texts = package.texts()?;
        for advisory in &found {
            assert_eq!(advisory.severity.name(), "high");
            assert!(texts.of(advisory)?.starts_with("a weakness"));
        }
        assert_eq!(found.len(), *expected, "{name} from damaged data");
    }
    Ok(())
}

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

#[test]
fn a_flipped_byte_is_noticed_before_an_answer_is_given() {
    let sample = sample();
    ask(&sample, sample.file.clone()).unwrap();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let trials = if shared::full() { 10_000 } else { 500 };
    let mut noticed = 0;
    for _ in 0..trials {
        let mut file = sample.file.clone();
        for _ in 0..=random.below(3) {
            let at = random.below(file.len());
            file[at] ^= 1 + random.below(255) as u8;
        }
        noticed += usize::from(ask(&sample, file).is_err());
    }
    println!("{noticed} of {trials} damaged files were noticed by the questions asked");
    assert!(noticed * 2 > trials);
}

#[test]
fn every_byte_is_checked_when_the_whole_file_is() {
    let sample = sample();
    let mut random = Random(7);
    for _ in 0..200 {
        let mut file = sample.file.clone();
        let at = random.below(file.len());
        file[at] ^= 1 << random.below(8);
        let whole = Database::open(Box::new(file)).and_then(|database| database.verify());
        assert!(whole.is_err(), "byte {at}");
    }
}

#[test]
fn a_file_cut_short_or_of_something_else_is_refused() {
    let sample = sample();
    let length = sample.file.len();
    for end in [0, 1, 20, 100, 143, 144, length / 2, length - 1] {
        let answer = Database::open(Box::new(sample.file[..end].to_vec()));
        assert!(answer.is_err(), "{end} bytes");
    }
    let mut longer = sample.file.clone();
    longer.push(0);
    assert!(matches!(
        Database::open(Box::new(longer)),
        Err(DatabaseError::Damaged { .. })
    ));
    assert!(matches!(
        Database::open(Box::new(b"SQLite format 3\0 and so on".to_vec())),
        Err(DatabaseError::Foreign)
    ));
    let mut newer = sample.file;
    newer[20] = 99;
    assert!(matches!(
        Database::open(Box::new(newer)),
        Err(DatabaseError::Format { found: 99 })
    ));
}

#[test]
fn what_is_no_export_becomes_no_database() {
    let build = |records: &[&str]| {
        let mut builder = Builder::default();
        for record in records {
            builder.add_record("record.json", record.as_bytes());
        }
        builder.finish("test", "", &BTreeSet::new())
    };
    assert!(build(&[]).is_err());
    assert!(build(&["{", "{}", "null"]).is_err());
    let other = r#"{"id": "X-1", "affected": [{"package": {"ecosystem": "npm", "name": "x"}}]}"#;
    assert!(build(&[other]).is_err());
    let mut builder = Builder::default();
    let page = b"<html>please log in</html>";
    assert!(builder.add_archive("page", page, &mut |_, _| {}).is_err());
}
