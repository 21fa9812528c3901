//! A CycloneDX 1.4 bill of materials with vulnerabilities. The same entries give the same bytes, but for the time.

use serde_json::{Value, json};

use super::{Entry, Outcome, json};

pub(super) fn render(entries: &[Entry], timestamp: &str) -> String {
    let (mut components, mut vulnerabilities, mut dependencies) =
        (Vec::new(), Vec::new(), Vec::new());
    for (index, entry) in entries.iter().enumerate() {
        let Outcome::Audited {
            version,
            vulnerabilities: found,
        } = &entry.outcome
        else {
            continue;
        };
        let component = format!("{index}-{}=={version}", entry.name);
        components.push(json!({
            "bom-ref": component,
            "name": entry.written,
            "type": "library",
            "version": version,
        }));
        dependencies.push(json!({ "ref": component }));
        for vulnerability in found {
            vulnerabilities.push(json!({
                "affects": [{ "ref": component }],
                "bom-ref": format!("{component}/{}", vulnerability.id),
                "description": vulnerability.description,
                "id": vulnerability.id,
                "recommendation": "Upgrade",
            }));
        }
    }
    let mut bill = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.4.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.4",
        "version": 1,
        "components": components,
        "dependencies": dependencies,
    });
    if !vulnerabilities.is_empty() {
        bill["vulnerabilities"] = Value::Array(vulnerabilities);
    }
    bill["serialNumber"] = Value::String(serial_number(&bill));
    bill["metadata"] = json!({ "timestamp": timestamp });
    json::written(&bill)
}

/// Returns a UUID (version 8) made of the content.
fn serial_number(bill: &Value) -> String {
    let digest = blake3::hash(bill.to_string().as_bytes()).to_hex();
    format!(
        "urn:uuid:{}-{}-8{}-8{}-{}",
        &digest[..8],
        &digest[8..12],
        &digest[13..16],
        &digest[17..20],
        &digest[20..32]
    )
}
