//! The advisory database: one file, read in part, every part checked before it is believed.
//!
//! ```text
//! header (fixed size, own digest) ─► about: where the data is from
//!                                 ├► packages: buckets by name ─► bucket ─► records │ texts of one package
//!                                 └► ids: buckets by id        ─► bucket ─► names of packages
//! ```
//!
//! Whatever points at a part holds the part's digest, so the header's digest stands for the whole file, and a
//! lookup that reads six parts has proved these six. That a name is *not* in a bucket is as certain as that it is.
//!
//! Comes in: positioned reads, done by the caller. Goes out: records about one package. To change what is
//! stored, raise [`FORMAT`]; an older or newer file is refused with that reason.

pub(crate) mod codec;
mod layout;

use std::borrow::Cow;
use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use codec::{Malformed, Reader};
pub(crate) use layout::{FORMAT, HEADER_LENGTH, Header, Part, bucket_of};

use super::advisory::{Advisory, Stored};
use super::dependency::PackageName;
use super::ranges::Reading;
use super::version::Version;

/// A file that can be read at any place; the caller does the reading.
pub trait ReadAt {
    /// Returns the length of the file.
    fn length(&self) -> io::Result<u64>;

    /// Fills a buffer with the bytes from an offset on; it is an error if there are fewer.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()>;
}

impl ReadAt for Vec<u8> {
    fn length(&self) -> io::Result<u64> {
        Ok(self.len() as u64)
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let bytes = usize::try_from(offset)
            .ok()
            .and_then(|offset| self.get(offset..offset.checked_add(buffer.len())?))
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        buffer.copy_from_slice(bytes);
        Ok(())
    }
}

impl ReadAt for Rc<Vec<u8>> {
    fn length(&self) -> io::Result<u64> {
        self.as_ref().length()
    }

    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        self.as_ref().read_at(buffer, offset)
    }
}

/// Why a database cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The file cannot be read.
    #[error("the advisory database cannot be read")]
    Read(#[from] io::Error),
    /// The file is something else.
    #[error("this is no advisory database of gate-hook")]
    Foreign,
    /// The file has another format.
    #[error(
        "the advisory database has format {found}, and this version of gate-hook reads format {FORMAT}"
    )]
    Format {
        /// The format of the file.
        found: u32,
    },
    /// The file is not what was written.
    #[error("the advisory database is damaged ({what})")]
    Damaged {
        /// Which part of it, and how.
        what: &'static str,
    },
}

impl DatabaseError {
    fn damaged(what: &'static str) -> impl Fn(Malformed) -> Self {
        move |Malformed| Self::Damaged { what }
    }
}

/// Where the data of a database is from.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct About {
    /// The URL or the name of the file it was built from.
    pub source: String,
    /// The SHA-256 of what it was built from.
    pub source_sha256: String,
    /// How many records are in force.
    pub records: u64,
    /// How many records were withdrawn and left out.
    pub withdrawn: u64,
    /// How many packages they concern.
    pub packages: u64,
    /// How many of the records nobody rates.
    pub unrated: u64,
    /// How many known exploited vulnerabilities were on the list that was given.
    #[serde(default)]
    pub exploited: u64,
    /// The records that could not be read.
    pub unreadable: Vec<String>,
    /// The last days on which a record changed, the newest first: `2026-07-23`.
    pub days: Vec<String>,
}

impl About {
    /// Returns the day of the newest record; days after `today` are mistakes of the records.
    pub fn newest(&self, today: &str) -> Option<&str> {
        let past = self.days.iter().find(|day| day.as_str() <= today);
        past.or(self.days.last()).map(String::as_str)
    }
}

/// An open database.
pub struct Database {
    file: Box<dyn ReadAt>,
    header: Header,
    about: About,
    /// The directory of packages, read when it is first asked for.
    packages: RefCell<Option<Vec<Part>>>,
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Database({})", self.identity())
    }
}

impl Database {
    /// Opens a database and checks that it is one, whole, and of this format.
    pub fn open(file: Box<dyn ReadAt>) -> Result<Self, DatabaseError> {
        let length = file.length()?;
        let mut start = vec![0; HEADER_LENGTH.min(usize::try_from(length).unwrap_or(usize::MAX))];
        file.read_at(&mut start, 0)?;
        let header = Header::read(&start)?;
        if header.length != length {
            return Err(DatabaseError::Damaged {
                what: "it is shorter or longer than its header says",
            });
        }
        let about = header.about.load(&*file, length, "its description")?;
        let about = serde_json::from_slice(&about).map_err(|_| DatabaseError::Damaged {
            what: "its description cannot be read",
        })?;
        Ok(Self {
            file,
            header,
            about,
            packages: RefCell::default(),
        })
    }

    /// Returns where the data is from.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// Returns 32 hexadecimal digits that stand for the whole content.
    pub fn identity(&self) -> String {
        self.header.identity()
    }

    /// Returns what is known about a package; a package that is not in the database has no records.
    pub fn package(&self, name: &PackageName) -> Result<Package<'_>, DatabaseError> {
        if self.packages.borrow().is_none() {
            let read = self.directory(&self.header.packages, "the directory of packages")?;
            self.packages.replace(Some(read));
        }
        let directory = self.packages.borrow();
        let directory = directory.as_deref().unwrap_or_default();
        let found = self.search(directory, name.as_str(), |reader| {
            Ok((Part::take(reader)?, Part::take(reader)?))
        })?;
        let Some((records, texts)) = found else {
            return Ok(Package {
                database: self,
                bytes: Vec::new(),
                records: 0,
                texts: None,
            });
        };
        let more = texts.short_behind(&records).unwrap_or(0);
        let (file, length) = (&*self.file, self.header.length);
        let bytes = records.load_with(more, file, length, "the records of a package")?;
        Ok(Package {
            database: self,
            bytes,
            records: records.length() as usize,
            texts: Some(texts),
        })
    }

    /// Returns the packages that the advisories of an id or alias concern, in the order of their names.
    pub fn packages_of(&self, id: &str) -> Result<Vec<PackageName>, DatabaseError> {
        let directory = self.directory(&self.header.ids, "the directory of ids")?;
        let names = self.search(&directory, &id.to_ascii_uppercase(), |reader| {
            reader
                .list(Reader::text)
                .map(|names| names.into_iter().map(PackageName::new).collect::<Vec<_>>())
        })?;
        Ok(names.unwrap_or_default())
    }

    /// Reads every part and checks it.
    pub fn verify(&self) -> Result<(), DatabaseError> {
        for (directory, width) in [(&self.header.packages, 2), (&self.header.ids, 0)] {
            for bucket in self.directory(directory, "a directory")? {
                let bytes = self.load(&bucket, "a bucket")?;
                let mut reader = Reader::new(&bytes);
                while !reader.is_empty() {
                    let parts = take_entry(&mut reader, width);
                    for part in parts.map_err(DatabaseError::damaged("a bucket"))? {
                        self.load(&part, "the records of a package")?;
                    }
                }
            }
        }
        Ok(())
    }

    fn load(&self, part: &Part, what: &'static str) -> Result<Vec<u8>, DatabaseError> {
        part.load(&*self.file, self.header.length, what)
    }

    fn directory(&self, part: &Part, what: &'static str) -> Result<Vec<Part>, DatabaseError> {
        let bytes = self.load(part, what)?;
        let mut reader = Reader::new(&bytes);
        let parts = reader
            .list(Part::take)
            .map_err(DatabaseError::damaged(what))?;
        if parts.is_empty() {
            return Err(DatabaseError::Damaged { what });
        }
        Ok(parts)
    }

    /// Looks a name up in its bucket.
    fn search<T>(
        &self,
        directory: &[Part],
        name: &str,
        mut value: impl FnMut(&mut Reader<'_>) -> Result<T, Malformed>,
    ) -> Result<Option<T>, DatabaseError> {
        let damaged = DatabaseError::damaged("a bucket");
        let bucket = directory
            .get(bucket_of(name, directory.len()))
            .ok_or_else(|| damaged(Malformed))?;
        let bytes = self.load(bucket, "a bucket")?;
        let mut reader = Reader::new(&bytes);
        while !reader.is_empty() {
            let here = reader.bytes().map_err(&damaged)?;
            let mut entry = Reader::new(reader.bytes().map_err(&damaged)?);
            if here == name.as_bytes() {
                return value(&mut entry).map(Some).map_err(damaged);
            }
        }
        Ok(None)
    }
}

/// Takes one entry of a bucket and returns the parts that it points at.
fn take_entry(bucket: &mut Reader<'_>, parts: usize) -> Result<Vec<Part>, Malformed> {
    bucket.text()?;
    let mut entry = Reader::new(bucket.bytes()?);
    (0..parts).map(|_| Part::take(&mut entry)).collect()
}

/// What is known about one package.
#[derive(Debug)]
pub struct Package<'d> {
    database: &'d Database,
    /// The records, and behind them the texts if they were read as well.
    bytes: Vec<u8>,
    /// How many of the bytes are records.
    records: usize,
    texts: Option<Part>,
}

impl Package<'_> {
    /// Returns the records, not yet decoded, in the order of their ids.
    pub(crate) fn stored(&self) -> impl Iterator<Item = Result<Stored<'_>, DatabaseError>> {
        let mut reader = Reader::new(&self.bytes[..self.records]);
        std::iter::from_fn(move || {
            (!reader.is_empty()).then(|| Stored::take(&mut reader).map_err(broken()))
        })
    }

    /// Returns every record about the package, in the order of their ids.
    pub fn advisories(&self) -> Result<Vec<Advisory<'_>>, DatabaseError> {
        self.stored()
            .map(|record| record?.decode().map_err(broken()))
            .collect()
    }

    /// Returns the records that affect a version, in the order of their ids.
    pub fn affecting(
        &self,
        version: &Version,
        reading: Reading,
    ) -> Result<Vec<Advisory<'_>>, DatabaseError> {
        let mut affecting = Vec::new();
        for record in self.stored() {
            let record = record?;
            if record.affects(version, reading).map_err(broken())? {
                affecting.push(record.decode().map_err(broken())?);
            }
        }
        Ok(affecting)
    }

    /// Returns the texts of the package's records, to be asked for each.
    pub fn texts(&self) -> Result<Texts<'_>, DatabaseError> {
        let Some(part) = &self.texts else {
            return Ok(Texts(Cow::Borrowed(b"")));
        };
        let held = &self.bytes[self.records..];
        if held.is_empty() {
            let bytes = self.database.load(part, TEXTS)?;
            return Ok(Texts(Cow::Owned(bytes)));
        }
        part.check(held, TEXTS)?;
        Ok(Texts(Cow::Borrowed(held)))
    }
}

fn broken() -> impl Fn(Malformed) -> DatabaseError {
    DatabaseError::damaged("the records of a package")
}

const TEXTS: &str = "the texts of a package";

/// The texts of one package's records.
#[derive(Debug)]
pub struct Texts<'p>(Cow<'p, [u8]>);

impl Texts<'_> {
    /// Returns the summary of a record, else its details, else `N/A`.
    pub fn of(&self, advisory: &Advisory<'_>) -> Result<&str, DatabaseError> {
        let (start, length) = advisory.text;
        let end = start.checked_add(length);
        end.and_then(|end| self.0.get(start..end))
            .and_then(|text| std::str::from_utf8(text).ok())
            .ok_or_else(|| DatabaseError::damaged(TEXTS)(Malformed))
    }
}
