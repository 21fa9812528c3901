//! The form in which a register is kept once all of it has been read and found valid.
//!
//! To inflate, to cut and to check a register of thousands of waivers takes longer than the commit that asks about one
//! finding. So it is done once for each content of the register; after that only the sections are read that share a
//! name with a finding: a fingerprint, a rule's or an advisory's id. They go through the same code as when all is read,
//! so that both ways decide alike. A register with a mistake in it is never kept: whoever needs it gets the error.
//!
//! ```text
//! gate-hook-register/1 VERSION STAMP ENTRIES CHECKSUM
//! entries, sorted: checksum of the name, offset, length, line, checksum of the section; 32 bits each
//! the text of the register
//! ```
//!
//! The stamp identifies the content. Whatever does not fit (another content, another version of the program, a byte
//! that is not what it was) makes the kept form none at all, and the register is read in full.

use std::collections::BTreeSet;
use std::io::{self, BufRead as _, BufReader, Read, Seek, SeekFrom};

use super::sections::{self, SIZE_LIMIT};
use super::{Register, read_section};
use crate::introduced::Detected;
use crate::policy::waiving::{names_of_finding, names_of_waiver};

/// The name and version of the format.
const FORMAT: &str = "gate-hook-register/1";
/// The longest first line.
const LONGEST_HEAD: u64 = 200;
/// The length of an entry in bytes.
const ENTRY: usize = 20;

/// Where a section stands that goes by a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    name: u32,
    offset: u32,
    length: u32,
    line: u32,
    checksum: u32,
}

impl Entry {
    fn to_bytes(self) -> impl Iterator<Item = u8> {
        let fields = [
            self.name,
            self.offset,
            self.length,
            self.line,
            self.checksum,
        ];
        fields.into_iter().flat_map(u32::to_le_bytes)
    }

    fn from_bytes(bytes: &[u8]) -> Self {
        let field = |at: usize| {
            let field = bytes[4 * at..4 * at + 4].try_into();
            u32::from_le_bytes(field.expect("an entry has five fields of four bytes"))
        };
        Self {
            name: field(0),
            offset: field(1),
            length: field(2),
            line: field(3),
            checksum: field(4),
        }
    }
}

/// Returns the first line up to the number of entries.
fn head(stamp: &str) -> String {
    format!("{FORMAT} {} {stamp} ", env!("CARGO_PKG_VERSION"))
}

/// Returns the kept form of a register that was read from this text without an error.
pub fn to_kept(stamp: &str, text: &str, register: &Register) -> Vec<u8> {
    let (sections, _) = sections::split(&register.file, text, 1);
    let mut entries = Vec::new();
    // Each section of a valid register is a waiver.
    for (section, waiver) in sections.iter().zip(&register.waivers) {
        let checksum = crc32fast::hash(&text.as_bytes()[section.span.clone()]);
        entries.extend(names_of_waiver(waiver).iter().map(|name| Entry {
            name: crc32fast::hash(name.as_bytes()),
            offset: section.span.start as u32,
            length: section.span.len() as u32,
            line: section.line,
            checksum,
        }));
    }
    entries.sort_unstable();
    let table: Vec<u8> = entries.iter().flat_map(|entry| entry.to_bytes()).collect();
    let (head, number, checksum) = (head(stamp), entries.len(), crc32fast::hash(&table));
    let mut kept = format!("{head}{number} {checksum}\n").into_bytes();
    kept.extend(table);
    kept.extend(text.as_bytes());
    kept
}

/// Reads the waivers that may be about findings, in the order of the register; nothing where what is kept is something
/// else or damaged.
pub fn read_kept(
    kept: impl Read + Seek,
    stamp: &str,
    file: &str,
    findings: &[Detected],
) -> Option<Register> {
    let mut kept = BufReader::new(kept);
    let mut first = String::new();
    (&mut kept).take(LONGEST_HEAD).read_line(&mut first).ok()?;
    let (number, checksum) = first
        .strip_prefix(&head(stamp))?
        .strip_suffix('\n')?
        .split_once(' ')?;
    let number: usize = number.parse().ok()?;
    let table = read_exactly(&mut kept, number.checked_mul(ENTRY)?).ok()?;
    if crc32fast::hash(&table) != checksum.parse::<u32>().ok()? {
        return None;
    }
    let text = (first.len() + table.len()) as u64;
    let mut register = Register {
        file: file.to_owned(),
        waivers: Vec::new(),
    };
    for entry in entries_of(&table, findings) {
        kept.seek(SeekFrom::Start(text + u64::from(entry.offset)))
            .ok()?;
        let section = read_exactly(&mut kept, entry.length as usize).ok()?;
        if crc32fast::hash(&section) != entry.checksum {
            return None;
        }
        let section = String::from_utf8(section).ok()?;
        let (sections, errors) = sections::split(file, &section, entry.line);
        let ([section], []) = (sections.as_slice(), errors.as_slice()) else {
            return None;
        };
        register.waivers.push(read_section(file, section).ok()?);
    }
    Some(register)
}

/// Returns where the sections stand that share a name with a finding, in the order of the text, each once.
fn entries_of(table: &[u8], findings: &[Detected]) -> Vec<Entry> {
    let (entries, _) = table.as_chunks::<ENTRY>();
    let names: BTreeSet<String> = findings.iter().flat_map(names_of_finding).collect();
    let mut found: Vec<Entry> = Vec::new();
    for name in &names {
        let name = crc32fast::hash(name.as_bytes());
        let first = entries.partition_point(|entry| Entry::from_bytes(entry).name < name);
        let of_name = entries[first..]
            .iter()
            .map(|entry| Entry::from_bytes(entry));
        found.extend(of_name.take_while(|entry| entry.name == name));
    }
    found.sort_unstable_by_key(|entry| entry.offset);
    found.dedup_by_key(|entry| entry.offset);
    found
}

fn read_exactly(from: &mut impl Read, length: usize) -> io::Result<Vec<u8>> {
    if length > SIZE_LIMIT {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut bytes = vec![0; length];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}
