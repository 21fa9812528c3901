//! B505: key that is too short
//!
//! Keys below 2,048 bits (RSA, DSA) or 224 bits (elliptic curves) can be computed by those with means.
//!
//! Use RSA with 3,072 bits or more, or a curve of 256 bits.
//!
//! ```python,finds
//! from cryptography.hazmat.primitives.asymmetric import rsa
//!
//! rsa.generate_private_key(key_size=1024)
//! ```
//!
//! ```python,clean
//! from cryptography.hazmat.primitives.asymmetric import rsa
//!
//! rsa.generate_private_key(key_size=4096)
//! ```
//!
//! <https://cryptography.io/en/latest/hazmat/primitives/asymmetric/rsa/>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B505.rule(Severity::High, 326),
    name: "weak_cryptographic_key",
    function: "weak_cryptographic_key",
    confidence: Confidence::High,
    on: On::Call(Callee::Named(&["generate_private_key", "generate"]), run),
};

const CURVES: &[(&str, f64)] = &[
    ("SECT571K1", 571.0),
    ("SECT571R1", 570.0),
    ("SECP521R1", 521.0),
    ("BrainpoolP512R1", 512.0),
    ("SECT409K1", 409.0),
    ("SECT409R1", 409.0),
    ("BrainpoolP384R1", 384.0),
    ("SECP384R1", 384.0),
    ("SECT283K1", 283.0),
    ("SECT283R1", 283.0),
    ("BrainpoolP256R1", 256.0),
    ("SECP256K1", 256.0),
    ("SECP256R1", 256.0),
    ("SECT233K1", 233.0),
    ("SECT233R1", 233.0),
    ("SECP224R1", 224.0),
    ("SECP192R1", 192.0),
    ("SECT163K1", 163.0),
    ("SECT163R2", 163.0),
];

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    let sizes = &context.options.weak_cryptographic_key;
    let (kind, size) = match call.qualname() {
        "cryptography.hazmat.primitives.asymmetric.dsa.generate_private_key" => {
            ("DSA", size(call, "key_size", 0)?)
        }
        "cryptography.hazmat.primitives.asymmetric.rsa.generate_private_key" => {
            ("RSA", size(call, "key_size", 1)?)
        }
        "cryptography.hazmat.primitives.asymmetric.ec.generate_private_key" => ("EC", curve(call)?),
        "Crypto.PublicKey.DSA.generate" | "Cryptodome.PublicKey.DSA.generate" => {
            ("DSA", size(call, "bits", 0)?)
        }
        "Crypto.PublicKey.RSA.generate" | "Cryptodome.PublicKey.RSA.generate" => {
            ("RSA", size(call, "bits", 0)?)
        }
        _ => return None,
    };
    let dsa = (
        sizes.weak_key_size_dsa_high?,
        sizes.weak_key_size_dsa_medium?,
    );
    let rsa = (
        sizes.weak_key_size_rsa_high?,
        sizes.weak_key_size_rsa_medium?,
    );
    let ec = (sizes.weak_key_size_ec_high?, sizes.weak_key_size_ec_medium?);
    let (high, medium) = match kind {
        "DSA" => dsa,
        "RSA" => rsa,
        _ => ec,
    };
    let (severity, least) = if size < high {
        (Severity::High, high)
    } else if size < medium {
        (Severity::Medium, medium)
    } else {
        return None;
    };
    let text = format!("{kind} keys below {least} bits can be broken: use a longer one");
    let found = Found::new(text).rated(severity, Confidence::High);
    Some(found.quoting(&[0, 17, 32], [kind, &least.trunc().to_string()]))
}

/// Returns the size that a call asks for; nothing where it is not a number.
fn size(call: &Call<'_, '_>, keyword: &str, position: usize) -> Option<f64> {
    let keywords = call.values()?;
    let given = match keywords.get(keyword) {
        Some(value) if value.truthy() => value.clone(),
        _ => call.value_at(position)?,
    };
    match given {
        value if !value.truthy() => Some(2048.0),
        Value::Int(bits) => Some(bits as f64),
        Value::Number(bits) => Some(bits),
        _ => None,
    }
}

/// Returns the size of the curve that a call names; nothing where the name can be no key of a table.
fn curve(call: &Call<'_, '_>) -> Option<f64> {
    let keywords = call.values()?;
    let given = match keywords.get("curve") {
        Some(value) if value.truthy() => value.clone(),
        _ => call
            .arg_values()?
            .into_iter()
            .next()
            .unwrap_or(Value::Unknown),
    };
    if !given.hashable() {
        return None;
    }
    let name = given.as_str().unwrap_or_default();
    let known = CURVES.iter().find(|(curve, _)| *curve == name);
    Some(known.map_or(224.0, |(_, bits)| *bits))
}
