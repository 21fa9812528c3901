//! Any line is a requirement or an error with a place in it; any marker that is read reads back the same.
#![no_main]

use gate_hook::audit::marker::{Environment, Marker};
use gate_hook::audit::requirement::Requirement;
use gate_hook::audit::specifier::Specifiers;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Requirement::parse(text) {
        Ok(requirement) => assert!(text.get(requirement.span).is_some()),
        Err(error) => assert!(text.get(error.offset..).is_some()),
    }
    if let Ok(marker) = text.parse::<Marker>() {
        // Invisible characters are escaped when they are shown.
        if text.is_ascii() {
            assert_eq!(marker.to_string().parse(), Ok(marker.clone()));
        }
        let environment = Environment::cpython("3.12", "linux").expect("a known platform");
        let _ = marker.holds(&environment);
    }
    if let Some(specifiers) = Specifiers::parse(text) {
        if text.is_ascii() {
            assert_eq!(Specifiers::parse(&specifiers.to_string()), Some(specifiers));
        }
    }
});
