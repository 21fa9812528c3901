//! The body of an OpenSSH private key.

use super::der::Der;

/// Reads the kind of the key and whether a passphrase protects it.
pub(super) fn read(bytes: &[u8]) -> Option<Der> {
    let mut rest = bytes.strip_prefix(b"openssh-key-v1\0")?;
    let cipher = string(&mut rest)?;
    let _derivation = string(&mut rest)?;
    let _options = string(&mut rest)?;
    let (_count, tail) = rest.split_at_checked(4)?;
    rest = tail;
    let mut public = string(&mut rest)?;
    let secret = string(&mut rest)?;
    if secret.len() < 32 {
        return None;
    }
    if cipher != b"none" {
        return Some(Der::Encrypted);
    }
    let kind = String::from_utf8_lossy(string(&mut public)?).into_owned();
    Some(Der::Key(
        kind.strip_prefix("ssh-").unwrap_or(&kind).to_owned(),
    ))
}

fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, tail) = rest.split_first_chunk::<4>()?;
    let (data, tail) = tail.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    *rest = tail;
    Some(data)
}
