//! Private keys in PEM armour, as files have them and as people paste them: indented, quoted, commented, joined with
//! `+`, or on one line with `\n` written out.

use std::borrow::Cow;

use super::super::confirm::encoding;
use super::der::{self, Der};
use super::{Key, openssh, pgp, rules};
use crate::rule::RuleMeta;

/// How long a key may be, in bytes of text.
const LIMIT: usize = 64 << 10;
const BEGIN: &[u8] = b"-----BEGIN ";
const DASHES: &[u8] = b"-----";

/// Reads the key that begins at `at`.
pub(super) fn read(text: &[u8], at: usize) -> Option<Key> {
    let window = &text[at..text.len().min(at + LIMIT)];
    let label_end = memchr::memmem::find(
        window
            .get(BEGIN.len()..)?
            .get(..64.min(window.len() - BEGIN.len()))?,
        DASHES,
    )?;
    let label = &window[BEGIN.len()..BEGIN.len() + label_end];
    if !label.ends_with(b"PRIVATE KEY") && label != b"PGP PRIVATE KEY BLOCK" {
        return None;
    }
    let header = BEGIN.len() + label_end + DASHES.len();
    let footer = [b"-----END ", label, DASHES].concat();
    let dashes = memchr::memmem::find(&window[header..], DASHES).map(|end| header + end);
    let rest = &window[dashes.unwrap_or(window.len())..];
    // Another header before the end: this one has no key.
    if rest.starts_with(BEGIN) {
        return None;
    }
    let body = &window[header..window.len() - rest.len()];
    let body_end = dashes.filter(|_| rest.starts_with(&footer));
    let (rule, kind, identity) = meaning(label, body)?;
    let end = body_end.unwrap_or(header + body.len());
    let value_end = at + header + trimmed(&window[header..end]);
    let claim_end = at + body_end.map_or(value_end - at, |end| end + footer.len());
    let rule = rule.map(|rule| {
        if in_service_account(text, at) {
            rules::GOOGLE_RULE
        } else {
            rule
        }
    });
    Some(Key {
        rule,
        value: at..value_end,
        public_prefix: header,
        claim: at..claim_end,
        identity,
        kind,
    })
}

/// Reads a key whose armour is in base64 once more, as in a kubeconfig.
pub(super) fn read_encoded(text: &[u8], at: usize) -> Option<Key> {
    if at > 0 && text[at - 1].is_ascii_alphanumeric() {
        return None;
    }
    let length = super::super::shape::Class::B64.run(&text[at..], LIMIT);
    let encoded = &text[at..at + length];
    let armour = encoding::base64(encoded)?;
    let inner = read(&armour, 0)?;
    let range = at..at + length;
    Some(Key {
        value: range.clone(),
        claim: range,
        public_prefix: 0,
        ..inner
    })
}

/// Returns whether a text is a private key, in armour or as the base64 of its body.
pub(in crate::secrets) fn holds_key(text: &[u8]) -> bool {
    let armoured = |text: &[u8]| {
        let begin = memchr::memmem::find(text, BEGIN);
        begin
            .and_then(|at| read(text, at))
            .is_some_and(|key| key.rule.is_some())
    };
    armoured(text)
        || encoding::base64(text)
            .is_some_and(|body| armoured(&body) || matches!(der::read(&body), Some(Der::Key(_))))
}

type Meaning = (Option<&'static RuleMeta>, String, Vec<u8>);

/// Decodes the body; nothing if it is no key.
fn meaning(label: &[u8], body: &[u8]) -> Option<Meaning> {
    let body = unescaped(body);
    let encrypted = memchr::memmem::find(&body, b"ENCRYPTED").is_some();
    let bytes = decode(&body)?;
    if encrypted {
        return (bytes.len() >= 64).then(|| (None, String::new(), bytes));
    }
    let (rule, kind) = match label {
        b"OPENSSH PRIVATE KEY" => (rules::OPENSSH_RULE, openssh::read(&bytes)?),
        b"PGP PRIVATE KEY BLOCK" => (rules::PGP_RULE, pgp::read(&bytes)?),
        _ => (rules::PRIVATE_KEY_RULE, der::read(&bytes)?),
    };
    Some(match kind {
        Der::Key(kind) => (Some(rule), kind, bytes),
        Der::Encrypted => (None, String::new(), bytes),
    })
}

/// Turns written escapes into what they stand for.
fn unescaped(body: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\\', body).is_none() {
        return Cow::Borrowed(body);
    }
    let mut plain = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail.first()) {
            (b'\\', Some(b'n' | b'r')) => {
                plain.push(b'\n');
                rest = &tail[1..];
            }
            (b'\\', Some(b'\\')) => {}
            (b'\\', _) => plain.push(b'\n'),
            _ => plain.push(*byte),
        }
    }
    Cow::Owned(plain)
}

/// Decodes the base64 of all lines that hold nothing else but what people put round it.
fn decode(body: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(body.len());
    for line in body.split(|byte| *byte == b'\n') {
        let line = bare(line);
        // `Version: …`, `Proc-Type: …`, the checksum of PGP: no part of the body.
        let header = line.contains(&b':') || line.starts_with(b"=");
        if header || line.is_empty() {
            continue;
        }
        for word in line.split(|byte| matches!(byte, b' ' | b'\t')) {
            let encoded =
                |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
            if !word.iter().all(encoded) {
                return None;
            }
            text.extend_from_slice(word);
        }
    }
    let content = text
        .iter()
        .position(|byte| *byte == b'=')
        .unwrap_or(text.len());
    text.truncate(content);
    // Spare bits of a hand-made key do not matter.
    encoding::base64(&text)
        .or_else(|| encoding::base64(&text[..text.len() / 4 * 4]))
        .filter(|bytes| bytes.len() >= 32)
}

/// Takes quotes, commas, comment signs and the like from both ends of a line.
fn bare(line: &[u8]) -> &[u8] {
    let wrapping = |byte: &u8| !byte.is_ascii_alphanumeric() && !matches!(byte, b'/' | b'=');
    let joining = |byte: &u8| !byte.is_ascii_alphanumeric() && !matches!(byte, b'+' | b'/' | b'=');
    let start = line
        .iter()
        .position(|byte| !wrapping(byte))
        .unwrap_or(line.len());
    // A body line may begin with a plus sign; the sign of a patch or a concatenation is followed by something else.
    let start = match line.get(..start) {
        Some([.., b'+']) if line.len() - start + 1 == 64 => start - 1,
        _ => start,
    };
    let mut end = line
        .iter()
        .rposition(|byte| !joining(byte))
        .map_or(start, |at| at + 1)
        .max(start);
    if let Some(quote) = line[start..end]
        .iter()
        .position(|byte| matches!(byte, b'"' | b'\'' | b'`'))
    {
        end = start + quote;
    }
    let slashes = line[start..end]
        .iter()
        .take_while(|byte| **byte == b'/')
        .count();
    if slashes >= 2 {
        bare_comment(&line[start + slashes..end])
    } else {
        &line[start..end]
    }
}

fn bare_comment(line: &[u8]) -> &[u8] {
    line.trim_ascii()
}

fn trimmed(body: &[u8]) -> usize {
    let mut body = body;
    loop {
        let shorter = body.trim_ascii_end();
        let shorter = shorter.strip_suffix(b"\\n").unwrap_or(shorter);
        if shorter.len() == body.len() {
            return body.len();
        }
        body = shorter;
    }
}

/// Returns whether the key stands in the JSON of a Google service account.
fn in_service_account(text: &[u8], at: usize) -> bool {
    const REACH: usize = 4096;
    let before = &text[at.saturating_sub(REACH)..at];
    let after = &text[at..text.len().min(at + 2 * REACH)];
    let holds = |needle: &[u8]| {
        memchr::memmem::find(before, needle).is_some()
            || memchr::memmem::find(after, needle).is_some()
    };
    holds(b"service_account")
        && holds(b"client_email")
        && memchr::memmem::find(before, b"private_key").is_some()
}
