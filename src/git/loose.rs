//! Objects that git has written to files of their own.
//!
//! Comes in: the object directories. Goes out: the object of an id, its hash checked. Read here rather than by
//! libgit2 1.9, which never comes back from a file that breaks off (a machine that lost power leaves those).

use std::cell::{RefCell, RefMut};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::{Decompress, FlushDecompress, Status};

use super::GitError;
use super::objects::{Object, ObjectType};
use super::packs::directories;
use crate::input::ObjectId;

/// The longest header: a type, a size and a NUL.
const HEADER_LIMIT: u64 = 40;

/// The directories that hold objects: the repository's own, and those it borrows from.
pub(super) struct LooseObjects {
    directories: Vec<PathBuf>,
    /// What inflates them, one after the other: to make one costs more than to inflate a small object.
    inflater: RefCell<Decompress>,
}

/// An object file, read up to its content.
struct Opened<'s> {
    object_type: ObjectType,
    size: u64,
    content: BufReader<Inflating<'s>>,
}

/// A file on its way through the inflater.
struct Inflating<'s> {
    file: BufReader<File>,
    inflater: RefMut<'s, Decompress>,
}

impl Read for Inflating<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let input = self.file.fill_buf()?;
            let (flush, is_end) = match input {
                [] => (FlushDecompress::Finish, true),
                _ => (FlushDecompress::None, false),
            };
            let before = (self.inflater.total_in(), self.inflater.total_out());
            let status = self.inflater.decompress(input, out, flush)?;
            self.file
                .consume((self.inflater.total_in() - before.0) as usize);
            let written = (self.inflater.total_out() - before.1) as usize;
            match status {
                _ if written > 0 || out.is_empty() => return Ok(written),
                Status::StreamEnd => return Ok(0),
                _ if is_end => return Err(io::ErrorKind::UnexpectedEof.into()),
                Status::Ok | Status::BufError => {}
            }
        }
    }
}

impl LooseObjects {
    /// Finds the object directories of a repository.
    pub(super) fn new(common_dir: &Path) -> Self {
        Self {
            directories: directories(common_dir),
            inflater: RefCell::new(Decompress::new(true)),
        }
    }

    fn open(&self, id: &ObjectId) -> io::Result<Option<Opened<'_>>> {
        let hex = id.to_string();
        for directory in &self.directories {
            match File::open(directory.join(&hex[..2]).join(&hex[2..])) {
                Ok(file) => return self.read_header(file).map(Some),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Reads `type SP size NUL`.
    fn read_header(&self, file: File) -> io::Result<Opened<'_>> {
        let mut inflater = self.inflater.borrow_mut();
        inflater.reset(true);
        let mut content = BufReader::new(Inflating {
            file: BufReader::new(file),
            inflater,
        });
        let mut header = Vec::with_capacity(HEADER_LIMIT as usize);
        content
            .by_ref()
            .take(HEADER_LIMIT)
            .read_until(0, &mut header)?;
        let parsed = header.strip_suffix(b"\0").and_then(|header| {
            let space = memchr::memchr(b' ', header)?;
            let size = std::str::from_utf8(&header[space + 1..])
                .ok()?
                .parse()
                .ok()?;
            Some((ObjectType::from_name(&header[..space])?, size))
        });
        let malformed = || io::Error::new(io::ErrorKind::InvalidData, "its header is malformed");
        let (object_type, size) = parsed.ok_or_else(malformed)?;
        Ok(Opened {
            object_type,
            size,
            content,
        })
    }

    /// Returns the type of an object, if it has a file of its own.
    pub(super) fn object_type(&self, id: &ObjectId) -> Result<Option<ObjectType>, GitError> {
        let opened = self.open(id).map_err(|error| damaged(id, &error))?;
        Ok(opened.map(|opened| opened.object_type))
    }

    /// Returns an object, if it has a file of its own.
    pub(super) fn object(&self, id: &ObjectId, limit: u64) -> Result<Option<Object>, GitError> {
        let Some(opened) = self.open(id).map_err(|error| damaged(id, &error))? else {
            return Ok(None);
        };
        let Opened {
            object_type,
            size,
            content,
        } = opened;
        if size > limit {
            return Err(GitError::TooLarge {
                id: *id,
                size,
                limit,
            });
        }
        let mut bytes = Vec::new();
        // One byte more shows content that is longer than the header says.
        content
            .take(size + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| damaged(id, &error))?;
        if bytes.len() as u64 != size {
            return Err(damaged(
                id,
                &"its content is not as long as its header says",
            ));
        }
        Ok(Some(Object { object_type, bytes }))
    }
}

fn damaged(id: &ObjectId, reason: &impl std::fmt::Display) -> GitError {
    GitError::unreadable(format!("object {id}"), reason)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;

    use super::*;

    #[test]
    fn whatever_is_cut_off_or_added_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let id = ObjectId::from_bytes(&[0x12; 20]).unwrap();
        let file = directory.path().join("objects/12").join("12".repeat(19));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let objects = LooseObjects::new(directory.path());
        assert!(objects.object(&id, 100).unwrap().is_none());
        let compress = |text: &str| {
            let mut encoder =
                flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        };
        let whole = compress("blob 12\0some content");
        for length in 0..whole.len() {
            fs::write(&file, &whole[..length]).unwrap();
            assert!(objects.object(&id, 100).is_err(), "{length}");
        }
        for text in [
            "blob 11\0some content",
            "blob 13\0some content",
            "blob x\0",
            "blub 0\0",
            "blob 12",
            &"x".repeat(100),
        ] {
            fs::write(&file, compress(text)).unwrap();
            assert!(objects.object(&id, 100).is_err(), "{text}");
        }
        fs::write(&file, &whole).unwrap();
        let object = objects.object(&id, 12).unwrap().unwrap();
        assert_eq!(
            (object.object_type, &object.bytes[..]),
            (ObjectType::Blob, &b"some content"[..])
        );
        assert!(matches!(
            objects.object(&id, 11),
            Err(GitError::TooLarge { size: 12, .. })
        ));
        assert_eq!(objects.object_type(&id).unwrap(), Some(ObjectType::Blob));
    }
}
