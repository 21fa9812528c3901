//! The places of the parts in the file: the header, and references that hold what they refer to.

use super::codec::{Malformed, Reader, put_number};
use super::{DatabaseError, ReadAt};

/// The format that this version reads and writes.
pub(crate) const FORMAT: u32 = 1;

const MAGIC: &[u8; 20] = b"gate-hook advisories";
const DIGEST_LENGTH: usize = 16;
/// A part longer than this is refused before memory is reserved for it.
const LONGEST_PART: u64 = 256 << 20;

/// A part that is no longer is read together with the part before it, although it may not be asked for.
const SHORT: u64 = 16 << 10;

/// The length of the header.
pub(crate) const HEADER_LENGTH: usize =
    MAGIC.len() + 4 + 8 + 3 * (8 + 8 + DIGEST_LENGTH) + DIGEST_LENGTH;

type Digest = [u8; DIGEST_LENGTH];

fn digest(bytes: &[u8]) -> Digest {
    let mut digest = Digest::default();
    digest.copy_from_slice(&blake3::hash(bytes).as_bytes()[..DIGEST_LENGTH]);
    digest
}

/// A part of the file, and what it has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    offset: u64,
    length: u64,
    digest: Digest,
}

impl Part {
    /// Appends a part to the file.
    pub(crate) fn append(file: &mut Vec<u8>, bytes: &[u8]) -> Self {
        let offset = file.len() as u64;
        file.extend(bytes);
        Self {
            offset,
            length: bytes.len() as u64,
            digest: digest(bytes),
        }
    }

    /// Writes the reference.
    pub(crate) fn put(&self, out: &mut Vec<u8>) {
        put_number(out, self.offset);
        put_number(out, self.length);
        out.extend(self.digest);
    }

    /// Reads a reference.
    pub(crate) fn take(reader: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(Self {
            offset: reader.number()?,
            length: reader.number()?,
            digest: reader.array()?,
        })
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Reads the part out of a file of this length and checks it.
    pub(super) fn load(
        &self,
        file: &dyn ReadAt,
        file_length: u64,
        what: &'static str,
    ) -> Result<Vec<u8>, DatabaseError> {
        self.load_with(0, file, file_length, what)
    }

    /// Reads the part, checks it, and returns with it up to `more` bytes of what follows, unchecked.
    pub(super) fn load_with(
        &self,
        more: u64,
        file: &dyn ReadAt,
        file_length: u64,
        what: &'static str,
    ) -> Result<Vec<u8>, DatabaseError> {
        let end = self.offset.checked_add(self.length);
        let left = end.and_then(|end| file_length.checked_sub(end));
        let Some(left) = left.filter(|_| self.length <= LONGEST_PART) else {
            return Err(DatabaseError::Damaged { what });
        };
        let mut bytes = vec![0; self.length as usize + more.min(left) as usize];
        file.read_at(&mut bytes, self.offset)?;
        self.check(&bytes[..self.length as usize], what)?;
        Ok(bytes)
    }

    /// Checks bytes that were read together with a part before this one.
    pub(super) fn check(&self, bytes: &[u8], what: &'static str) -> Result<(), DatabaseError> {
        if digest(bytes) == self.digest {
            Ok(())
        } else {
            Err(DatabaseError::Damaged { what })
        }
    }

    /// Returns the length of the part if it begins where another ends, and is short.
    pub(super) fn short_behind(&self, other: &Self) -> Option<u64> {
        let adjacent = other.offset.checked_add(other.length) == Some(self.offset);
        (adjacent && self.length <= SHORT).then_some(self.length)
    }
}

/// The start of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) length: u64,
    pub(crate) about: Part,
    pub(crate) packages: Part,
    pub(crate) ids: Part,
}

impl Header {
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(FORMAT.to_le_bytes());
        out.extend(self.length.to_le_bytes());
        for part in [&self.about, &self.packages, &self.ids] {
            out.extend(part.offset.to_le_bytes());
            out.extend(part.length.to_le_bytes());
            out.extend(part.digest);
        }
        let digest = digest(&out);
        out.extend(digest);
        out
    }

    pub(super) fn read(start: &[u8]) -> Result<Self, DatabaseError> {
        if !start.starts_with(MAGIC) {
            return Err(DatabaseError::Foreign);
        }
        let damaged = || DatabaseError::Damaged { what: "its header" };
        let mut reader = Reader::new(&start[MAGIC.len()..]);
        let found = u32::from_le_bytes(reader.array().map_err(|Malformed| damaged())?);
        if found != FORMAT {
            return Err(DatabaseError::Format { found });
        }
        let (body, stated) = start
            .split_at_checked(HEADER_LENGTH - DIGEST_LENGTH)
            .ok_or_else(damaged)?;
        if digest(body) != *stated {
            return Err(damaged());
        }
        Self::fields(reader).map_err(|Malformed| damaged())
    }

    fn fields(mut reader: Reader<'_>) -> Result<Self, Malformed> {
        let length = u64::from_le_bytes(reader.array()?);
        let mut part = || {
            Ok(Part {
                offset: u64::from_le_bytes(reader.array()?),
                length: u64::from_le_bytes(reader.array()?),
                digest: reader.array()?,
            })
        };
        Ok(Self {
            length,
            about: part()?,
            packages: part()?,
            ids: part()?,
        })
    }

    /// Returns the digest of the header as text.
    pub(crate) fn identity(&self) -> String {
        let written = self.write();
        let digest = &written[written.len() - DIGEST_LENGTH..];
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Returns the bucket that a name belongs to.
pub(crate) fn bucket_of(name: &str, buckets: usize) -> usize {
    let digest = digest(name.as_bytes());
    let number = u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]]);
    number as usize % buckets.max(1)
}
