//! One compressed stream at a time, out of a window that moves over the file.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};

use flate2::{Decompress, FlushDecompress, Status};

use super::{NotReadable, Pack};

/// How much of a pack is read at once.
const WINDOW: usize = 256 << 10;

/// The bytes of a pack, or of the part of it that was read last.
#[derive(Debug)]
pub(super) enum Window<'p> {
    /// All of them.
    Whole(&'p [u8]),
    /// A part.
    Part {
        file: File,
        start: u64,
        bytes: Vec<u8>,
    },
}

impl<'p> Window<'p> {
    pub(super) fn open(pack: &'p Pack) -> Result<Self, NotReadable> {
        Ok(match pack.bytes() {
            Some(bytes) => Self::Whole(bytes),
            None => Self::Part {
                file: File::open(&pack.path).map_err(|_| NotReadable)?,
                start: 0,
                bytes: Vec::new(),
            },
        })
    }

    /// Returns the bytes from `offset` on: at least `length` of them, unless the file ends.
    pub(super) fn at(&mut self, offset: u64, length: usize) -> Result<&[u8], NotReadable> {
        let (start, bytes) = match self {
            Self::Whole(bytes) => (0, *bytes),
            Self::Part { file, start, bytes } => {
                let end = offset + length as u64;
                if offset < *start || end > *start + bytes.len() as u64 {
                    // Whoever steps back reads on backwards.
                    *start = if offset < *start {
                        end.saturating_sub(WINDOW as u64).min(offset)
                    } else {
                        offset
                    };
                    read(file, *start, (end - *start).max(WINDOW as u64), bytes)
                        .map_err(|_| NotReadable)?;
                }
                (*start, &bytes[..])
            }
        };
        bytes.get((offset - start) as usize..).ok_or(NotReadable)
    }
}

fn read(file: &mut File, start: u64, length: u64, bytes: &mut Vec<u8>) -> io::Result<()> {
    bytes.clear();
    file.seek(SeekFrom::Start(start))?;
    file.take(length).read_to_end(bytes)?;
    Ok(())
}

/// Inflates streams one after the other.
#[derive(Debug)]
pub(super) struct Inflater(Decompress);

impl Inflater {
    pub(super) fn new() -> Self {
        Self(Decompress::new(true))
    }

    /// Inflates the stream that lies between `offset` and `end`, and that has to have `size` bytes.
    pub(super) fn inflate(
        &mut self,
        window: &mut Window<'_>,
        (mut offset, end): (u64, u64),
        size: usize,
    ) -> Result<Vec<u8>, NotReadable> {
        self.0.reset(true);
        // One byte more shows a stream that is longer than its header says. A size that is not true fails before
        // all of it is reserved.
        let mut out = Vec::with_capacity(size.saturating_add(1).min(16 << 20));
        while offset < end {
            let left = usize::try_from(end - offset).unwrap_or(usize::MAX);
            let input = window.at(offset, left.min(WINDOW))?;
            let input = &input[..input.len().min(left)];
            if input.is_empty() {
                return Err(NotReadable);
            }
            let before = self.0.total_in();
            let flush = if input.len() == left {
                FlushDecompress::Finish
            } else {
                FlushDecompress::None
            };
            let status = self
                .0
                .decompress_vec(input, &mut out, flush)
                .map_err(|_| NotReadable)?;
            let read = self.0.total_in() - before;
            offset += read;
            match status {
                Status::StreamEnd => {
                    return if out.len() == size {
                        Ok(out)
                    } else {
                        Err(NotReadable)
                    };
                }
                _ if out.len() > size => return Err(NotReadable),
                _ if out.len() == out.capacity() => out.reserve(out.len()),
                _ if read == 0 => return Err(NotReadable),
                _ => {}
            }
        }
        Err(NotReadable)
    }
}
