//! Any text is read by the importers or refused, and what is taken of it makes a policy.
#![no_main]

use gate_hook::policy::{Policy, PolicyText, read_foreign};
use libfuzzer_sys::fuzz_target;

const NAMES: [&str; 12] = [
    ".gitleaks.toml",
    ".gitleaksignore",
    ".secretsignore",
    ".gitallowed",
    ".talismanrc",
    ".gitguardian.yaml",
    ".secrets.baseline",
    ".safety-policy.yml",
    "osv-scanner.toml",
    ".trivyignore.yaml",
    ".snyk",
    "ci.yml",
];

fuzz_target!(|input: (u8, &str)| {
    let name = NAMES[usize::from(input.0) % NAMES.len()];
    let Ok(reading) = read_foreign(name, input.1) else {
        return;
    };
    let mut settings = reading.settings;
    settings.allowed.retain(|entry| entry.fault().is_none());
    let text = PolicyText {
        name: "policy".to_owned(),
        text: settings.to_toml(),
        embedded: false,
    };
    assert!(Policy::parse(&text).is_ok());
});
