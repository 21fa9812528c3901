//! The index of a pack: ids, sorted, with the places of their objects.

use crate::input::ObjectId;

const SIGNATURE: &[u8] = &[0xff, b't', b'O', b'c', 0, 0, 0, 2];
const FANOUT: usize = 256 * 4;
/// A pack begins with a signature, a version and a count.
const PACK_HEADER: u64 = 12;

/// The index of a pack, of version 2.
#[derive(Debug)]
pub(super) struct Index {
    width: usize,
    /// How many ids begin with at most this byte.
    fanout: [u32; 256],
    ids: Vec<u8>,
    /// For each id, the rank of its object.
    ranks: Vec<u32>,
    /// For each rank, where the object begins; and where the last one ends.
    offsets: Vec<u64>,
}

impl Index {
    /// Reads an index; `length` is that of the pack. Nothing for another version or a damaged file.
    pub(super) fn parse(bytes: &[u8], length: u64) -> Option<Self> {
        let rest = bytes.strip_prefix(SIGNATURE)?;
        let mut fanout = [0; 256];
        for (count, raw) in fanout.iter_mut().zip(rest.get(..FANOUT)?.chunks_exact(4)) {
            *count = u32::from_be_bytes(raw.try_into().ok()?);
        }
        let count = fanout[255] as usize;
        let rest = &rest[FANOUT..];
        // Ids, checksums, short offsets, long offsets, and two checksums of the width of an id.
        let width = [20, 32].into_iter().find(|width| {
            let fixed = count
                .checked_mul(width + 8)
                .and_then(|n| n.checked_add(2 * width));
            fixed.is_some_and(|fixed| rest.len() >= fixed && (rest.len() - fixed) % 8 == 0)
        })?;
        let (ids, rest) = rest.split_at(count * width);
        let (short, rest) = rest[count * 4..].split_at(count * 4);
        let long = &rest[..rest.len() - 2 * width];
        let end = length.checked_sub(width as u64)?;
        let offset = |raw: &[u8]| {
            let short = u32::from_be_bytes(raw.try_into().ok()?);
            let offset = if short & 0x8000_0000 == 0 {
                u64::from(short)
            } else {
                let at = (short & 0x7fff_ffff) as usize * 8;
                u64::from_be_bytes(long.get(at..at + 8)?.try_into().ok()?)
            };
            (PACK_HEADER..end).contains(&offset).then_some(offset)
        };
        let by_id: Vec<u64> = short.chunks_exact(4).map(offset).collect::<Option<_>>()?;
        let mut order: Vec<u32> = (0..count as u32).collect();
        order.sort_unstable_by_key(|id| by_id[*id as usize]);
        let mut ranks = vec![0; count];
        let mut offsets = Vec::with_capacity(count + 1);
        for (rank, id) in order.into_iter().enumerate() {
            ranks[id as usize] = rank as u32;
            offsets.push(by_id[id as usize]);
        }
        offsets.push(end);
        let rising = offsets.windows(2).all(|pair| pair[0] < pair[1])
            && fanout.windows(2).all(|pair| pair[0] <= pair[1]);
        rising.then(|| Self {
            width,
            fanout,
            ids: ids.to_vec(),
            ranks,
            offsets,
        })
    }

    /// Returns the rank of an object.
    pub(super) fn rank(&self, id: &ObjectId) -> Option<u32> {
        let id = id.as_bytes();
        if id.len() != self.width {
            return None;
        }
        let first = usize::from(id[0]);
        let (mut low, mut high) = (
            first.checked_sub(1).map_or(0, |before| self.fanout[before]) as usize,
            self.fanout[first] as usize,
        );
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.ids[middle * self.width..][..self.width].cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
                std::cmp::Ordering::Equal => return Some(self.ranks[middle]),
            }
        }
        None
    }

    /// Returns the rank of the object of an id in its raw bytes or of the object that begins at an offset.
    pub(super) fn rank_at(&self, offset: u64) -> Option<u32> {
        let rank = self.offsets.binary_search(&offset).ok()?;
        (rank + 1 < self.offsets.len()).then_some(rank as u32)
    }

    /// Returns where an object begins and ends in the pack.
    pub(super) fn extent(&self, rank: u32) -> (u64, u64) {
        let rank = rank as usize;
        (self.offsets[rank], self.offsets[rank + 1])
    }

    /// Returns how many objects there are.
    pub(super) fn len(&self) -> usize {
        self.ranks.len()
    }

    /// Returns how many bytes an id has.
    pub(super) fn width(&self) -> usize {
        self.width
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes an index of ids that begin with these bytes, at these offsets.
    fn index(objects: &[(u8, u32)]) -> Vec<u8> {
        let mut bytes = SIGNATURE.to_vec();
        for first in 0..=255_u8 {
            let count = objects.iter().filter(|(id, _)| *id <= first).count() as u32;
            bytes.extend(count.to_be_bytes());
        }
        objects.iter().for_each(|(id, _)| bytes.extend([*id; 20]));
        objects.iter().for_each(|_| bytes.extend([0; 4]));
        objects
            .iter()
            .for_each(|(_, offset)| bytes.extend(offset.to_be_bytes()));
        bytes.extend([0; 40]);
        bytes
    }

    #[test]
    fn objects_are_found_by_id_and_by_place() {
        let index = Index::parse(&index(&[(3, 200), (7, 12), (9, 50)]), 320).unwrap();
        let rank = |byte| index.rank(&ObjectId::from_bytes(&[byte; 20]).unwrap());
        assert_eq!([3, 7, 9].map(rank), [Some(2), Some(0), Some(1)]);
        assert_eq!(rank(8), None);
        assert_eq!(index.extent(1), (50, 200));
        assert_eq!(index.extent(2), (200, 300));
        assert_eq!(
            (index.rank_at(50), index.rank_at(51), index.rank_at(300)),
            (Some(1), None, None)
        );
    }

    #[test]
    fn a_damaged_index_is_no_index() {
        let whole = index(&[(3, 200), (7, 12)]);
        for length in 0..whole.len() {
            assert!(Index::parse(&whole[..length], 320).is_none(), "{length}");
        }
        assert!(
            Index::parse(&whole, 100).is_none(),
            "an object behind the end of the pack"
        );
        assert!(
            Index::parse(&index(&[(3, 12), (7, 12)]), 320).is_none(),
            "two objects at one place"
        );
    }
}
