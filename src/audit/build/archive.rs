//! The archive of records: each entry is unpacked, checked and read, by as many threads as there are processors.

use std::io::Cursor;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use flate2::{Decompress, FlushDecompress, Status};
use zip::{CompressionMethod, ZipArchive};

use super::BuildError;
use super::record::{Interpreter, Read};

/// The largest record that is read.
const RECORD_LIMIT: usize = 16 << 20;
/// The most bytes that an archive may unpack to.
const ARCHIVE_LIMIT: u64 = 4 << 30;
/// The most records that an archive may hold.
const RECORDS_LIMIT: usize = 2_000_000;
/// How many entries a thread takes at a time.
const BLOCK: usize = 64;
/// More threads than this wait for memory and not for a processor.
const THREADS: usize = 4;

/// The entries from a number on, and what came of them.
type Block = (usize, Result<Vec<Read>, BuildError>);

/// Reads every record, in the order of the archive; `step` is told how many entries of how many are done.
pub(super) fn read(
    name: &str,
    bytes: &[u8],
    step: &mut dyn FnMut(usize, usize),
) -> Result<Vec<Read>, BuildError> {
    let archive = ZipArchive::new(Cursor::new(bytes));
    let archive = archive.map_err(|error| BuildError::Archive(name.to_owned(), error))?;
    let entries = archive.len();
    if entries > RECORDS_LIMIT {
        return Err(BuildError::TooLarge(name.to_owned()));
    }
    let shared = Shared {
        name,
        bytes,
        next: AtomicUsize::new(0),
        unpacked: AtomicU64::new(0),
        blocks: Mutex::default(),
    };
    let processors = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 1..processors.min(THREADS).min(entries / BLOCK) {
            let archive = archive.clone();
            scope.spawn(|| Worker::new(&shared, archive).run(&mut |_, _| {}));
        }
        Worker::new(&shared, archive.clone()).run(step);
    });
    let mut blocks = shared.blocks.into_inner().unwrap_or_default();
    blocks.sort_unstable_by_key(|(start, _)| *start);
    let mut records = Vec::with_capacity(entries);
    for (_, block) in blocks {
        records.extend(block?);
    }
    Ok(records)
}

/// What the threads share.
struct Shared<'a> {
    /// The name of the archive.
    name: &'a str,
    bytes: &'a [u8],
    /// The first entry that no thread has taken.
    next: AtomicUsize,
    unpacked: AtomicU64,
    blocks: Mutex<Vec<Block>>,
}

struct Worker<'a> {
    shared: &'a Shared<'a>,
    archive: ZipArchive<Cursor<&'a [u8]>>,
    interpreter: Interpreter,
    inflate: Decompress,
    /// The entry that was unpacked last.
    json: Vec<u8>,
}

impl<'a> Worker<'a> {
    fn new(shared: &'a Shared<'a>, archive: ZipArchive<Cursor<&'a [u8]>>) -> Self {
        Self {
            shared,
            archive,
            interpreter: Interpreter::default(),
            inflate: Decompress::new(false),
            json: Vec::new(),
        }
    }

    fn run(mut self, step: &mut dyn FnMut(usize, usize)) {
        let entries = self.archive.len();
        loop {
            let start = self.shared.next.fetch_add(BLOCK, Ordering::Relaxed);
            if start >= entries {
                return;
            }
            step(start, entries);
            let block: Result<Vec<Read>, BuildError> = (start..entries.min(start + BLOCK))
                .filter_map(|index| self.entry(index).transpose())
                .collect();
            if block.is_err() {
                self.shared.next.store(entries, Ordering::Relaxed);
            }
            if let Ok(mut blocks) = self.shared.blocks.lock() {
                blocks.push((start, block));
            }
        }
    }

    /// Reads an entry; nothing if it is no record.
    fn entry(&mut self, index: usize) -> Result<Option<Read>, BuildError> {
        let archive = || self.shared.name.to_owned();
        let wrong = |error| BuildError::Archive(archive(), error);
        let bytes = self.shared.bytes;
        let entry = self.archive.by_index_raw(index).map_err(wrong)?;
        let name = entry.name().map_err(wrong)?.into_owned();
        if Path::new(&name)
            .extension()
            .is_none_or(|extension| extension != "json")
        {
            return Ok(None);
        }
        let broken = |what| BuildError::Entry(archive(), name.clone(), what);
        let packed = entry.data_start().and_then(|start| {
            let start = usize::try_from(start).ok()?;
            let length = usize::try_from(entry.compressed_size()).ok()?;
            bytes.get(start..start.checked_add(length)?)
        });
        let packed = packed.ok_or_else(|| broken("it is cut off"))?;
        let json = match entry.compression() {
            _ if entry.encrypted() => return Err(broken("it is encrypted")),
            CompressionMethod::Stored => packed,
            CompressionMethod::Deflated => {
                let size = usize::try_from(entry.size()).unwrap_or(usize::MAX);
                inflate(&mut self.inflate, packed, size, &mut self.json).map_err(broken)?;
                &self.json
            }
            _ => return Err(broken("it is packed in a way that is not known")),
        };
        let unpacked = json.len() as u64;
        let before = self.shared.unpacked.fetch_add(unpacked, Ordering::Relaxed);
        if json.len() > RECORD_LIMIT || before + unpacked > ARCHIVE_LIMIT {
            return Err(BuildError::TooLarge(archive()));
        }
        if crc32fast::hash(json) != entry.crc32() {
            return Err(broken("its checksum does not fit"));
        }
        Ok(Some(self.interpreter.read(&name, json)))
    }
}

/// Unpacks a stream that says of itself that it has `size` bytes; it stops behind the largest record.
fn inflate(
    inflate: &mut Decompress,
    packed: &[u8],
    size: usize,
    out: &mut Vec<u8>,
) -> Result<(), &'static str> {
    inflate.reset(false);
    out.clear();
    out.reserve(size.clamp(64, RECORD_LIMIT) + 1);
    loop {
        let read = inflate.total_in() as usize;
        let status = inflate.decompress_vec(&packed[read..], out, FlushDecompress::Finish);
        match status.map_err(|_| "it is damaged")? {
            Status::StreamEnd => return Ok(()),
            _ if out.len() > RECORD_LIMIT => return Ok(()),
            _ if out.len() == out.capacity() => out.reserve(out.len()),
            _ => return Err("it is cut off"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(records: usize, method: CompressionMethod) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(method);
        for number in 0..records {
            let record = format!(
                r#"{{"id": "X-{number}", "summary": "{}", "affected": [{{"package": {{"ecosystem": "PyPI",
                "name": "demo"}}, "versions": ["1.0", "1.1"]}}]}}"#,
                "again and ".repeat(number % 50)
            );
            let name = format!("X-{number}.json");
            writer.start_file(name, options).unwrap();
            writer.write_all(record.as_bytes()).unwrap();
        }
        writer.start_file("README.txt", options).unwrap();
        writer.finish().unwrap().into_inner()
    }

    /// Shows what came of an archive.
    fn shown(bytes: &[u8]) -> Result<Vec<String>, BuildError> {
        let records = read("export", bytes, &mut |_, _| {})?;
        Ok(records.iter().map(|read| format!("{read:?}")).collect())
    }

    #[test]
    fn records_come_in_the_order_of_the_archive() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let records = shown(&archive(700, method)).unwrap();
            assert_eq!(records.len(), 700);
            for (number, record) in records.iter().enumerate() {
                let id = format!("id: \"X-{number}\"");
                assert!(record.contains(&id), "{record}");
            }
        }
    }

    #[test]
    fn no_damaged_byte_changes_what_a_record_says() {
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            let whole = archive(3, method);
            let records = shown(&whole).unwrap();
            let mut refused = 0;
            for at in 0..whole.len() {
                let mut damaged = whole.clone();
                damaged[at] ^= 0x10;
                match shown(&damaged) {
                    // The name of a file that cannot be unpacked as a record any more, or a date.
                    Ok(found) => assert!(found.iter().all(|record| records.contains(record))),
                    Err(_) => refused += 1,
                }
            }
            assert!(refused > whole.len() / 3, "{refused} of {}", whole.len());
            assert!(shown(&whole[..whole.len() - 1]).is_err());
        }
    }
}
