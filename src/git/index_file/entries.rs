//! The entries of an index, by position.

use std::ops::Range;

use super::super::GitError;
use super::super::tree::Entry;
use crate::input::ObjectId;

/// The bytes before the object id: times, device, inode, mode, owner, size.
const STAT_LENGTH: usize = 40;
/// Where the mode stands in them.
const MODE_OFFSET: usize = 24;
/// In the flags: a second word of flags follows.
const EXTENDED: u16 = 0x4000;
/// In the second word of flags: the entry is only a plan to add the file.
const INTENT_TO_ADD: u16 = 0x2000;
/// In the flags: the length of the path, or this value if it is longer.
const LENGTH_MASK: u16 = 0x0fff;

/// Where an entry's parts are.
#[derive(Debug, Clone, Copy)]
struct Slot {
    /// The path, in the bytes of the file, or in `paths` for version 4.
    path: (u32, u32),
    id: u32,
    mode: u32,
    stage: u8,
    intent_to_add: bool,
}

/// All entries of an index, in order.
#[derive(Debug, Default)]
pub(super) struct Entries {
    bytes: Vec<u8>,
    /// The paths of version 4, which the file stores as differences.
    paths: Option<Vec<u8>>,
    slots: Vec<Slot>,
    width: usize,
}

fn malformed(what: &str) -> GitError {
    GitError::unreadable("the index", what)
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

impl Entries {
    /// Reads the entries, and returns where the extension with the cached trees is.
    pub(super) fn parse(
        bytes: Vec<u8>,
        width: usize,
    ) -> Result<(Self, Option<Range<usize>>), GitError> {
        if u32::try_from(bytes.len()).is_err() {
            return Err(malformed("it is larger than 4 GiB"));
        }
        let body = bytes
            .len()
            .checked_sub(width)
            .ok_or_else(|| malformed("it is too short"))?;
        if !bytes.starts_with(b"DIRC") {
            return Err(malformed("it is not an index"));
        }
        let word = |at| {
            number(&bytes[..body], at)
                .map(u32::from_be_bytes)
                .ok_or_else(|| malformed("it is too short"))
        };
        let (version, count) = (word(4)?, word(8)?);
        if !(2..=4).contains(&version) {
            return Err(malformed(&format!("its version is {version}")));
        }
        let mut entries = Self {
            bytes,
            paths: (version == 4).then(Vec::new),
            slots: Vec::new(),
            width,
        };
        let mut at = 12;
        for _ in 0..count {
            at = entries
                .read(at, body)
                .ok_or_else(|| malformed("an entry is malformed"))?;
            entries.check_last()?;
        }
        let cached = find_extension(&entries.bytes[..body], at)?;
        Ok((entries, cached))
    }

    /// Reads the entry at an offset and returns the offset of the next.
    fn read(&mut self, start: usize, body: usize) -> Option<usize> {
        let bytes = &self.bytes[..body];
        let mode = u32::from_be_bytes(number(bytes, start + MODE_OFFSET)?);
        let id = start + STAT_LENGTH;
        let flags = u16::from_be_bytes(number(bytes, id + self.width)?);
        let mut at = id + self.width + 2;
        let mut intent_to_add = false;
        if flags & EXTENDED != 0 {
            intent_to_add = u16::from_be_bytes(number(bytes, at)?) & INTENT_TO_ADD != 0;
            at += 2;
        }
        let (path, next) = match &mut self.paths {
            None => {
                let length = path_length(bytes, at, flags)?;
                let padded = (at - start + length + 8) & !7;
                ((at as u32, length as u32), start + padded)
            }
            Some(paths) => {
                let last = self.slots.last().map_or((0, 0), |slot: &Slot| slot.path);
                let (strip, used) = read_varint(bytes.get(at..)?)?;
                let keep = (last.1 as usize).checked_sub(strip)?;
                let suffix = bytes.get(at + used..)?;
                let suffix = &suffix[..memchr::memchr(0, suffix)?];
                let path = u32::try_from(paths.len()).ok()?;
                paths.extend_from_within(last.0 as usize..last.0 as usize + keep);
                paths.extend_from_slice(suffix);
                (
                    (path, u32::try_from(keep + suffix.len()).ok()?),
                    at + used + suffix.len() + 1,
                )
            }
        };
        let stage = (flags >> 12 & 3) as u8;
        self.slots.push(Slot {
            path,
            id: id as u32,
            mode,
            stage,
            intent_to_add,
        });
        (next <= body).then_some(next)
    }

    /// Refuses what git refuses: entries out of order; and directories, which only a sparse index has.
    fn check_last(&self) -> Result<(), GitError> {
        let last = self.slots.len() - 1;
        if self.slots[last].mode & 0o170_000 == 0o040_000 {
            return Err(malformed("it is a sparse index"));
        }
        let Some(before) = last.checked_sub(1) else {
            return Ok(());
        };
        let order = self
            .path(before)
            .cmp(self.path(last))
            .then(self.stage(before).cmp(&self.stage(last)));
        if order.is_ge() || self.path(before) == self.path(last) && self.stage(before) == 0 {
            return Err(malformed("its entries are not sorted"));
        }
        Ok(())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn path(&self, at: usize) -> &[u8] {
        let (start, length) = self.slots[at].path;
        let bytes = self.paths.as_ref().unwrap_or(&self.bytes);
        &bytes[start as usize..start as usize + length as usize]
    }

    pub(super) fn stage(&self, at: usize) -> u8 {
        self.slots[at].stage
    }

    pub(super) fn intent_to_add(&self, at: usize) -> bool {
        self.slots[at].intent_to_add
    }

    /// Returns the entry as a file; nothing for a gitlink or a mere plan.
    pub(super) fn file(&self, at: usize) -> Option<Entry> {
        let slot = self.slots[at];
        let id =
            ObjectId::from_bytes(&self.bytes[slot.id as usize..slot.id as usize + self.width])?;
        Entry::new(slot.mode, id).filter(|_| !slot.intent_to_add)
    }

    /// Returns the first position whose path is not less than `path`.
    pub(super) fn first_from(&self, path: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.path(middle) < path {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

/// Returns the length of a path that ends in a NUL.
fn path_length(bytes: &[u8], at: usize, flags: u16) -> Option<usize> {
    let length = match flags & LENGTH_MASK {
        LENGTH_MASK => memchr::memchr(0, bytes.get(at..)?)?,
        length => usize::from(length),
    };
    (bytes.get(at + length) == Some(&0)).then_some(length)
}

/// Reads git's variable-width number: seven bits a byte, each continuation adding one.
fn read_varint(bytes: &[u8]) -> Option<(usize, usize)> {
    let mut value = usize::from(bytes.first()? & 0x7f);
    let mut used = 1;
    while bytes[used - 1] & 0x80 != 0 {
        value = value
            .checked_add(1)?
            .checked_mul(128)?
            .checked_add(usize::from(bytes.get(used)? & 0x7f))?;
        used += 1;
    }
    Some((value, used))
}

/// Walks the extensions: optional ones begin with a capital letter, any other changes what the entries mean.
fn find_extension(body: &[u8], mut at: usize) -> Result<Option<Range<usize>>, GitError> {
    let mut cached = None;
    while at < body.len() {
        let header = number::<4>(body, at).zip(number(body, at + 4).map(u32::from_be_bytes));
        let (signature, length) = header.ok_or_else(|| malformed("an extension is malformed"))?;
        let content = at + 8..(at + 8).saturating_add(length as usize);
        if content.end > body.len() {
            return Err(malformed("an extension is malformed"));
        }
        at = content.end;
        match &signature {
            b"TREE" => cached = Some(content),
            [b'A'..=b'Z', ..] => {}
            other => {
                return Err(malformed(&format!(
                    "it uses the extension `{}`",
                    other.escape_ascii()
                )));
            }
        }
    }
    Ok(cached)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_variable_width_are_read_as_git_writes_them() {
        assert_eq!(read_varint(&[5, 9]), Some((5, 1)));
        assert_eq!(read_varint(&[0x80, 0]), Some((128, 2)));
        assert_eq!(read_varint(&[0xff, 0x7f]), Some((16511, 2)));
        assert_eq!(read_varint(&[0x80]), None);
        assert_eq!(read_varint(&[0xff; 20]), None);
    }

    #[test]
    fn extensions_that_change_the_meaning_are_refused() {
        let extension = |name: &str| [name.as_bytes(), &[0, 0, 0, 1, 9]].concat();
        assert_eq!(find_extension(&extension("TREE"), 0).unwrap(), Some(8..9));
        assert_eq!(find_extension(&extension("FSMN"), 0).unwrap(), None);
        for name in ["link", "sdir", "zzzz"] {
            assert!(find_extension(&extension(name), 0).is_err());
        }
        assert!(find_extension(b"TREE\xff\xff\xff\xff", 0).is_err());
        assert!(find_extension(b"TRE", 0).is_err());
    }
}
