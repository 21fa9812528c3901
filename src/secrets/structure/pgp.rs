//! The packets of a PGP private key block.

use super::der::Der;

const SECRET_KEY: u8 = 5;
const SECRET_SUBKEY: u8 = 7;

/// Reads the first secret key: its kind, and whether a passphrase protects it.
pub(super) fn read(bytes: &[u8]) -> Option<Der> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (tag, body) = packet(&mut rest)?;
        if matches!(tag, SECRET_KEY | SECRET_SUBKEY) {
            return key(body);
        }
    }
    None
}

fn packet<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&header, tail) = rest.split_first()?;
    let (tag, length, tail) = match header & 0xc0 {
        0xc0 => {
            let (length, tail) = new_length(tail)?;
            (header & 0x3f, length, tail)
        }
        0x80 => {
            let size = 1 << (header & 3);
            let (digits, tail) = tail.split_at_checked(size)?;
            (header >> 2 & 0x0f, number(digits), tail)
        }
        _ => return None,
    };
    let (body, tail) = tail.split_at_checked(length)?;
    *rest = tail;
    Some((tag, body))
}

fn new_length(tail: &[u8]) -> Option<(usize, &[u8])> {
    let (&first, tail) = tail.split_first()?;
    match first {
        0..=191 => Some((usize::from(first), tail)),
        192..=223 => {
            let (&second, tail) = tail.split_first()?;
            Some((
                (usize::from(first) - 192) * 256 + usize::from(second) + 192,
                tail,
            ))
        }
        255 => tail
            .split_at_checked(4)
            .map(|(digits, tail)| (number(digits), tail)),
        _ => None,
    }
}

fn number(digits: &[u8]) -> usize {
    digits
        .iter()
        .fold(0, |number, byte| number << 8 | usize::from(*byte))
}

/// Walks over the public half to the byte that says how the secret half is protected.
fn key(body: &[u8]) -> Option<Der> {
    let (head, mut rest) = body.split_at_checked(6)?;
    let (version, algorithm) = (head[0], head[5]);
    if !matches!(version, 4..=6) {
        return Some(Der::Key(String::new()));
    }
    if version > 4 {
        rest = rest.get(4..)?;
    }
    let (kind, numbers, curve) = match algorithm {
        1..=3 => ("RSA", 2, false),
        16 => ("ElGamal", 3, false),
        17 => ("DSA", 4, false),
        18 => ("ECDH", 1, true),
        19 => ("ECDSA", 1, true),
        22 => ("EdDSA", 1, true),
        25 | 27 => {
            rest = rest.get(32..)?;
            ("Ed25519", 0, false)
        }
        _ => return Some(Der::Key(String::new())),
    };
    if curve {
        let (&length, tail) = rest.split_first()?;
        rest = tail.get(usize::from(length)..)?;
    }
    for _ in 0..numbers {
        let (digits, tail) = rest.split_at_checked(2)?;
        rest = tail.get(number(digits).div_ceil(8)..)?;
    }
    if algorithm == 18 {
        let (&length, tail) = rest.split_first()?;
        rest = tail.get(usize::from(length)..)?;
    }
    match rest.first()? {
        0 => Some(Der::Key(kind.to_owned())),
        _ => Some(Der::Encrypted),
    }
}
