//! Any bytes are a database or an error, and any text is a record or is left out; a database that was built is whole.
#![no_main]

use std::collections::BTreeSet;

use gate_hook::audit::{Builder, Database, PackageName, Reading, Version};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&[u8], &str, &str)| {
    let (bytes, name, version) = input;
    ask(bytes.to_vec(), name, version);

    let mut builder = Builder::default();
    builder.add_record("record", bytes);
    let demo = br#"{"id": "X-1", "affected": [{"package": {"ecosystem": "PyPI", "name": "demo"}}]}"#;
    builder.add_record("demo", demo);
    if let Ok(file) = builder.finish("fuzz", "", &BTreeSet::new()) {
        let built = Database::open(Box::new(file.clone())).expect("what was built opens");
        built.verify().expect("what was built is whole");
        ask(file, name, version);
    }

    let mut builder = Builder::default();
    let _ = builder.add_archive("fuzz", bytes, &mut |_, _| {});
});

fn ask(file: Vec<u8>, name: &str, version: &str) {
    let Ok(database) = Database::open(Box::new(file)) else {
        return;
    };
    let _ = database.packages_of(name);
    let Ok(package) = database.package(&PackageName::new(name)) else {
        return;
    };
    let _ = package.advisories();
    if let Some(version) = Version::parse(version) {
        for reading in [Reading::Served, Reading::Meant] {
            let _ = package.affecting(&version, reading);
        }
    }
}
