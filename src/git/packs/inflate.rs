//! One compressed stream at a time, out of a window that moves over the file.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use flate2::{Decompress, FlushDecompress, Status};

use super::NotReadable;

/// How much of a pack is read at once.
const WINDOW: usize = 256 << 10;

/// A file with the part of it that was read last.
#[derive(Debug)]
pub(super) struct Window {
    file: File,
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    pub(super) fn open(path: &Path) -> Result<Self, NotReadable> {
        Ok(Self {
            file: File::open(path).map_err(|_| NotReadable)?,
            start: 0,
            bytes: Vec::new(),
        })
    }

    /// Returns the bytes from `offset` on: at least `length` of them, unless the file ends.
    pub(super) fn at(&mut self, offset: u64, length: usize) -> Result<&[u8], NotReadable> {
        let end = offset + length as u64;
        if offset < self.start || end > self.start + self.bytes.len() as u64 {
            // Whoever steps back reads on backwards.
            self.start = if offset < self.start {
                end.saturating_sub(WINDOW as u64).min(offset)
            } else {
                offset
            };
            self.bytes.clear();
            self.file
                .seek(SeekFrom::Start(self.start))
                .map_err(|_| NotReadable)?;
            let wanted = (end - self.start).max(WINDOW as u64);
            let read = self.file.by_ref().take(wanted).read_to_end(&mut self.bytes);
            read.map_err(|_| NotReadable)?;
        }
        self.bytes
            .get((offset - self.start) as usize..)
            .ok_or(NotReadable)
    }
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
        window: &mut Window,
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
