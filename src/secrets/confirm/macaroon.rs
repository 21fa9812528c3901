//! Macaroons of version 2, the form of PyPI's tokens.

use super::encoding;

/// Returns whether base64 text is a macaroon: location, identifier, caveats, and a signature of 32 bytes at the end.
pub(super) fn is_macaroon(text: &[u8]) -> bool {
    encoding::base64(text).is_some_and(|bytes| parse(&bytes).is_some())
}

const END: u8 = 0;
const LOCATION: u8 = 1;
const IDENTIFIER: u8 = 2;
const VERIFICATION: u8 = 4;
const SIGNATURE: u8 = 6;

fn parse(bytes: &[u8]) -> Option<()> {
    let mut rest = bytes.strip_prefix(&[2])?;
    section(&mut rest)?;
    while *rest.first()? != END {
        section(&mut rest)?;
    }
    rest = &rest[1..];
    let signature = field(&mut rest, SIGNATURE)?;
    (signature.len() == 32 && rest.is_empty()).then_some(())
}

/// Reads an optional location, an identifier, an optional verification id, and the end.
fn section(rest: &mut &[u8]) -> Option<()> {
    if *rest.first()? == LOCATION {
        field(rest, LOCATION)?;
    }
    field(rest, IDENTIFIER)?;
    if *rest.first()? == VERIFICATION {
        field(rest, VERIFICATION)?;
    }
    *rest = rest.strip_prefix(&[END])?;
    Some(())
}

fn field<'a>(rest: &mut &'a [u8], kind: u8) -> Option<&'a [u8]> {
    *rest = rest.strip_prefix(&[kind])?;
    let mut length = 0_usize;
    for shift in [0, 7, 14] {
        let (byte, tail) = rest.split_first()?;
        *rest = tail;
        length |= usize::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let (data, tail) = rest.split_at_checked(length)?;
            *rest = tail;
            return Some(data);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_macaroon_ends_with_its_signature() {
        let mut bytes = vec![2, 1, 8];
        bytes.extend(b"pypi.org");
        bytes.extend([2, 3]);
        bytes.extend(b"abc");
        bytes.extend([0, 2, 1, b'x', 0, 0, 6, 32]);
        bytes.extend([7; 32]);
        assert!(parse(&bytes).is_some());
        assert!(parse(&bytes[..bytes.len() - 1]).is_none());
        bytes.push(0);
        assert!(parse(&bytes).is_none());
    }
}
