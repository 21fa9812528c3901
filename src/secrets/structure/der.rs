//! Private keys in DER: PKCS#1, PKCS#8, SEC1 and DSA.
//!
//! In come bytes, out goes whether they are a key, of which kind and size, and whether it is encrypted.

/// What DER bytes are.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Der {
    /// A private key, with its kind for people.
    Key(String),
    /// A private key that needs a passphrase.
    Encrypted,
}

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;

/// Reads a key.
pub(super) fn read(bytes: &[u8]) -> Option<Der> {
    let mut whole = bytes;
    let mut fields = item(&mut whole, SEQUENCE)?;
    if fields.first() == Some(&SEQUENCE) {
        let mut algorithm = item(&mut fields, SEQUENCE)?;
        item(&mut algorithm, OBJECT_ID)?;
        item(&mut fields, OCTETS)?;
        return fields.is_empty().then_some(Der::Encrypted);
    }
    let version = item(&mut fields, INTEGER)?;
    match *fields.first()? {
        SEQUENCE if matches!(version, [0 | 1]) => pkcs8(fields),
        OCTETS if version == [1] => {
            let key = item(&mut fields, OCTETS)?;
            (16..=80)
                .contains(&key.len())
                .then(|| Der::Key(format!("EC, {} bits", bits(key.len() * 8))))
        }
        INTEGER if matches!(version, [0 | 1]) => integers(fields),
        _ => None,
    }
}

fn pkcs8(mut fields: &[u8]) -> Option<Der> {
    let mut algorithm = item(&mut fields, SEQUENCE)?;
    let id = item(&mut algorithm, OBJECT_ID)?;
    let key = item(&mut fields, OCTETS)?;
    if key.len() < 16 {
        return None;
    }
    let kind = match id {
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, ..] => match read_inner(key)? {
            Der::Key(kind) => kind,
            Der::Encrypted => return None,
        },
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01] => "EC".to_owned(),
        [0x2b, 0x65, 0x6e] => "X25519".to_owned(),
        [0x2b, 0x65, 0x70] => "Ed25519".to_owned(),
        [0x2a, 0x86, 0x48, 0xce, 0x38, 0x04, 0x01] => "DSA".to_owned(),
        _ => String::new(),
    };
    Some(Der::Key(kind))
}

/// An RSA key within PKCS#8 is PKCS#1, and nothing nests deeper.
fn read_inner(bytes: &[u8]) -> Option<Der> {
    let mut whole = bytes;
    let mut fields = item(&mut whole, SEQUENCE)?;
    item(&mut fields, INTEGER)?;
    integers(fields)
}

/// Eight numbers are an RSA key, five a DSA key.
fn integers(mut fields: &[u8]) -> Option<Der> {
    let first = item(&mut fields, INTEGER)?;
    let mut count = 1;
    while fields.first() == Some(&INTEGER) {
        item(&mut fields, INTEGER)?;
        count += 1;
    }
    let size = bits(first.len() * 8);
    match count {
        8 if first.len() >= 32 => Some(Der::Key(format!("RSA, {size} bits"))),
        5 if first.len() >= 32 => Some(Der::Key(format!("DSA, {size} bits"))),
        _ => None,
    }
}

/// A leading zero byte keeps a number positive and says nothing of its size.
fn bits(bits: usize) -> usize {
    bits / 64 * 64 + if bits % 64 > 8 { bits % 64 } else { 0 }
}

/// Takes one item of the wanted kind.
fn item<'a>(rest: &mut &'a [u8], kind: u8) -> Option<&'a [u8]> {
    let (&tag, tail) = rest.split_first()?;
    let (&short, tail) = tail.split_first()?;
    let (length, tail) = match short {
        0..=0x7f => (usize::from(short), tail),
        0x81..=0x83 => {
            let (digits, tail) = tail.split_at_checked(usize::from(short & 0x0f))?;
            (
                digits
                    .iter()
                    .fold(0, |length, byte| length << 8 | usize::from(*byte)),
                tail,
            )
        }
        _ => return None,
    };
    let (data, tail) = tail.split_at_checked(length)?;
    *rest = tail;
    (tag == kind).then_some(data)
}
