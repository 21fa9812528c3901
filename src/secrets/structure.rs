//! Private keys: credentials that are known by their structure and span lines.
//!
//! A header alone is no key: the body is decoded and has to be what the header says. An encrypted key is told
//! apart and rated low.

use std::ops::Range;

use super::claim::{Claim, Strength};
use super::confirm::decode_base64;
use crate::finding::{Category, Confidence, Engine, Severity};
use crate::rule::RuleMeta;

/// The anchors of keys, in the order of their numbers.
pub(super) const ANCHORS: &[&str] = &["-----begin", "putty-user-key-file-"];

/// The longest key that is read.
const REACH: usize = 1 << 15;

/// The rules of this module, sorted by id.
pub(super) static METAS: &[RuleMeta] = &[
    meta(
        "google-service-account-key",
        "Google Cloud service account key",
        Severity::Critical,
        "Acts as the service account in every project that trusts it, without a second factor and until it is deleted.\n\n\
         Delete the key in the Google Cloud console under IAM, Service accounts, Keys, and read the audit logs for \
         use of its key id. Prefer workload identity federation to a new key.",
        &["https://cloud.google.com/iam/docs/keys-create-delete"],
    ),
    meta(
        "openssh-private-key",
        "OpenSSH private key",
        Severity::Critical,
        "Logs in wherever its public half is authorised, often as an administrator or with write access to code.\n\n\
         Remove the public key from every authorized_keys file and hosting account, then make a new pair. A key \
         with a passphrase is rated low, because the passphrase still protects it.",
        &["https://man.openbsd.org/ssh-keygen"],
    ),
    meta(
        "pgp-private-key",
        "PGP private key",
        Severity::High,
        "Signs and decrypts in the name of its owner.\n\nPublish the revocation certificate of the key, make a new \
         one, and treat what was encrypted to it as readable.",
        &["https://www.rfc-editor.org/rfc/rfc9580"],
    ),
    meta(
        "private-key",
        "private key in PEM form",
        Severity::Critical,
        "Impersonates the server, service or person whose certificate or account it belongs to.\n\nRevoke the \
         certificate or remove the public key wherever it is trusted, and make a new pair outside the repository. \
         A key that is encrypted with a passphrase is rated low.",
        &["https://www.rfc-editor.org/rfc/rfc7468"],
    ),
    meta(
        "putty-private-key",
        "PuTTY private key",
        Severity::Critical,
        "Logs in wherever its public half is authorised.\n\nRemove the public key from every authorized_keys file and \
         hosting account, then make a new pair. A key with a passphrase is rated low.",
        &["https://the.earth.li/~sgtatham/putty/latest/htmldoc/AppendixC.html"],
    ),
];

const fn meta(
    id: &'static str,
    title: &'static str,
    severity: Severity,
    page: &'static str,
    references: &'static [&'static str],
) -> RuleMeta {
    RuleMeta {
        id,
        title,
        engine: Engine::Secrets,
        category: Category::Credential,
        severity,
        since: "0.1.0",
        page,
        references,
        cwe: Some(321),
    }
}

fn rule(id: &str) -> &'static RuleMeta {
    METAS
        .iter()
        .find(|meta| meta.id == id)
        .expect("the rule stands in the table above")
}

/// What is known of a key beside where it is.
struct Key {
    rule: &'static RuleMeta,
    body: Vec<u8>,
    encrypted: bool,
}

/// Reads the key at an anchor, if there is one.
pub(super) fn read(text: &[u8], anchor: usize, start: usize) -> Option<Claim> {
    let window = &text[start..text.len().min(start + REACH)];
    let (length, public, key) = if anchor == 0 {
        armoured(window)?
    } else {
        putty(window)?
    };
    let key = match service_account(text, start) {
        true => Key {
            rule: rule("google-service-account-key"),
            ..key
        },
        false => key,
    };
    let value: Range<usize> = start..start + length;
    let severity = if key.encrypted {
        Severity::Low
    } else {
        key.rule.severity
    };
    let notes = if key.encrypted {
        vec!["the key is protected by a passphrase".to_owned()]
    } else {
        Vec::new()
    };
    Some(Claim {
        rule: key.rule,
        family: key.rule.id,
        value,
        public_prefix: public,
        severity,
        confidence: Confidence::High,
        strength: Strength::Proven,
        specificity: usize::MAX,
        silent: false,
        material: Some(key.body),
        message: key.rule.title.to_owned(),
        notes,
    })
}

/// Reads `-----BEGIN … PRIVATE KEY-----` and what follows it; returns its length and that of its first line.
fn armoured(window: &[u8]) -> Option<(usize, usize, Key)> {
    let label_end = memchr::memmem::find(&window[..window.len().min(80)], b"PRIVATE KEY")?;
    let label = std::str::from_utf8(window.get(11..label_end)?).ok()?.trim();
    let header_end = label_end
        + memchr::memmem::find(
            window[label_end..].get(..32.min(window.len() - label_end))?,
            b"-----",
        )?
        + 5;
    if !label
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b' ')
    {
        return None;
    }
    let end = memchr::memmem::find(&window[header_end..], b"-----END").map(|at| header_end + at);
    let content = &window[header_end..end.unwrap_or(window.len())];
    let (encoded, read) = body(content);
    let length = end.map_or(header_end + read, |end| {
        let tail = &window[end + 8..window.len().min(end + 80)];
        memchr::memmem::find(tail, b"-----").map_or(end, |at| end + 8 + at + 5)
    });
    let bytes = decode_base64(&encoded[..encoded.len() - encoded.len() % 4])?;
    let pgp = window[label_end..].starts_with(b"PRIVATE KEY BLOCK");
    let openssh = bytes.strip_prefix(b"openssh-key-v1\0");
    let (id, genuine, encrypted) = if pgp {
        // Packet tag 5, a secret key, in the old or the new form.
        let tag = *bytes.first()?;
        (
            "pgp-private-key",
            matches!(tag, 0x94..=0x97 | 0xc5) && bytes.len() >= 64,
            false,
        )
    } else if label == "OPENSSH" || openssh.is_some() {
        let rest = openssh?;
        (
            "openssh-private-key",
            bytes.len() >= 100,
            !rest.starts_with(b"\0\0\0\x04none"),
        )
    } else {
        let encrypted =
            label == "ENCRYPTED" || memchr::memmem::find(content, b"ENCRYPTED").is_some();
        (
            "private-key",
            encrypted && bytes.len() >= 48 || der(&bytes),
            encrypted,
        )
    };
    let key = Key {
        rule: rule(id),
        body: bytes,
        encrypted,
    };
    genuine.then_some((length, header_end, key))
}

/// Returns the base64 of a body and how far it goes, leaving out line ends, quotes, escapes and headers.
fn body(content: &[u8]) -> (Vec<u8>, usize) {
    let mut encoded = Vec::new();
    let mut at = 0;
    // Headers such as `Proc-Type: 4,ENCRYPTED` end with an empty line.
    if content
        .get(..400.min(content.len()))
        .is_some_and(|head| head.contains(&b':'))
    {
        let gap = [&b"\n\n"[..], b"\r\n\r\n", b"\\n\\n"]
            .into_iter()
            .find_map(|gap| memchr::memmem::find(content, gap).map(|at| at + gap.len()));
        at = gap.unwrap_or(0);
    }
    while let Some(&byte) = content.get(at) {
        match byte {
            b'\\'
                if matches!(
                    content.get(at + 1),
                    Some(b'n' | b'r' | b't' | b'\\' | b'\n' | b'\r')
                ) =>
            {
                at += 1
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => encoded.push(byte),
            // The padding, and behind it the checksum of an armour.
            b'=' => break,
            b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' | b',' | b'#' | b'*' | b'|' | b'>' => {}
            _ => break,
        }
        at += 1;
    }
    while encoded.len() % 4 != 0 && encoded.len() % 4 != 1 {
        encoded.push(b'=');
    }
    (encoded, at)
}

/// A DER sequence of about the length it says, with a small number as its first element.
fn der(bytes: &[u8]) -> bool {
    let (length, start) = match bytes {
        [0x30, 0x82, high, low, ..] => (usize::from(*high) << 8 | usize::from(*low), 4),
        [0x30, 0x81, length, ..] => (usize::from(*length), 3),
        [0x30, length, ..] if *length < 0x80 => (usize::from(*length), 2),
        _ => return false,
    };
    let whole = bytes.len() + 3 >= start + length && length >= 32;
    whole && bytes.get(start) == Some(&2)
}

fn putty(window: &[u8]) -> Option<(usize, usize, Key)> {
    let header_end = memchr::memchr(b'\n', window)?;
    let encryption = memchr::memmem::find(window, b"Encryption: ")? + 12;
    let lines = memchr::memmem::find(window, b"Private-Lines: ")?;
    let from = lines + memchr::memchr(b'\n', &window[lines..])? + 1;
    let mac = memchr::memmem::find(window, b"Private-MAC")?;
    let (encoded, _) = body(window.get(from..mac)?);
    let bytes = decode_base64(&encoded)?;
    let encrypted = !window[encryption..].starts_with(b"none");
    let key = Key {
        rule: rule("putty-private-key"),
        body: bytes,
        encrypted,
    };
    (key.body.len() >= 16).then_some((mac, header_end, key))
}

/// Returns whether the key stands in the JSON file of a Google Cloud service account.
fn service_account(text: &[u8], start: usize) -> bool {
    let before = &text[start.saturating_sub(1024)..start];
    memchr::memmem::find(before, b"private_key\"").is_some()
        && memchr::memmem::find(before, b"\"service_account\"").is_some()
}
