//! Deltas: how one object is put together from parts of another and from bytes of its own.

use super::NotReadable;
use crate::input::Piece;

/// Returns a size of seven bits a byte, the lowest first, and what follows it.
pub(super) fn size(mut bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (mut size, mut shift) = (0_usize, 0);
    loop {
        let (byte, rest) = bytes.split_first()?;
        bytes = rest;
        size |= usize::from(byte & 0x7f).checked_shl(shift)?;
        shift += 7;
        if byte & 0x80 == 0 {
            return Some((size, bytes));
        }
        if shift > 56 {
            return None;
        }
    }
}

/// Returns how many bytes the result of a delta has.
pub(super) fn result_size(delta: &[u8]) -> Result<usize, NotReadable> {
    let (_, rest) = size(delta).ok_or(NotReadable)?;
    Ok(size(rest).ok_or(NotReadable)?.0)
}

/// Applies a delta, and returns the pieces of the result if they are asked for.
pub(super) fn apply(
    base: &[u8],
    delta: &[u8],
    mut pieces: Option<&mut Vec<Piece>>,
) -> Result<Vec<u8>, NotReadable> {
    let (base_size, rest) = size(delta).ok_or(NotReadable)?;
    let (result_size, mut rest) = size(rest).ok_or(NotReadable)?;
    if base_size != base.len() {
        return Err(NotReadable);
    }
    let mut result = Vec::with_capacity(result_size);
    while let Some((&instruction, operands)) = rest.split_first() {
        let start = result.len();
        let copied_from = if instruction & 0x80 == 0 {
            let length = usize::from(instruction);
            if length == 0 || length > operands.len() {
                return Err(NotReadable);
            }
            let (inserted, after) = operands.split_at(length);
            result.extend_from_slice(inserted);
            rest = after;
            None
        } else {
            let (from, length, after) = copy(instruction, operands).ok_or(NotReadable)?;
            let bytes = from.checked_add(length).and_then(|to| base.get(from..to));
            result.extend_from_slice(bytes.ok_or(NotReadable)?);
            rest = after;
            Some(from)
        };
        if result.len() > result_size {
            return Err(NotReadable);
        }
        if let Some(pieces) = pieces.as_deref_mut() {
            let length = result.len() - start;
            pieces.push(Piece {
                start,
                length,
                copied_from,
            });
        }
    }
    if result.len() == result_size {
        Ok(result)
    } else {
        Err(NotReadable)
    }
}

/// Returns where a copy begins, how long it is, and what follows the instruction.
fn copy(instruction: u8, mut operands: &[u8]) -> Option<(usize, usize, &[u8])> {
    let mut number = |bits: std::ops::Range<u32>| {
        let mut value = 0;
        for (position, bit) in bits.enumerate() {
            if instruction & (1 << bit) != 0 {
                let (byte, rest) = operands.split_first()?;
                operands = rest;
                value |= usize::from(*byte) << (8 * position);
            }
        }
        Some(value)
    };
    let (from, length) = (number(0..4)?, number(4..7)?);
    Some((from, if length == 0 { 0x10000 } else { length }, operands))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_copies_and_inserts() {
        // From 10 bytes to 9: four bytes from 3 on, "xy", three bytes from 0 on.
        let delta = [10, 9, 0b1001_0001, 3, 4, 2, b'x', b'y', 0b1001_0000, 3];
        let mut pieces = Vec::new();
        let result = apply(b"0123456789", &delta, Some(&mut pieces)).unwrap();
        assert_eq!(result, b"3456xy012");
        let piece = |start, length, copied_from| Piece {
            start,
            length,
            copied_from,
        };
        assert_eq!(
            pieces,
            [
                piece(0, 4, Some(3)),
                piece(4, 2, None),
                piece(6, 3, Some(0))
            ]
        );
    }

    #[test]
    fn a_damaged_delta_is_an_error() {
        let delta = [10, 9, 0b1001_0001, 3, 4, 2, b'x', b'y', 0b1001_0000, 3];
        for length in 0..delta.len() {
            assert!(
                apply(b"0123456789", &delta[..length], None).is_err(),
                "{length}"
            );
        }
        for wrong in [
            &[9, 2, 1, b'x', 1, b'y'][..],
            &[10, 1, 1, b'x', 1, b'y'],
            &[10, 3, 1, b'x', 1, b'y'],
            &[10, 4, 0b1001_0001, 8, 4],
            &[10, 1, 0],
            &[
                0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1,
            ],
        ] {
            assert!(apply(b"0123456789", wrong, None).is_err(), "{wrong:?}");
        }
    }
}
