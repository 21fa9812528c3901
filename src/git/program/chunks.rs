//! The output of a child as it comes, with a limit to how long nothing may come.
//!
//! A thread reads the pipe, because only a thread can wait for a pipe and give up.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use crate::git::GitError;

/// How much is read from a pipe at once.
const CHUNK: usize = 64 << 10;

/// Reads a pipe in a thread of its own, a few chunks ahead.
pub(super) fn listen(mut pipe: impl Read + Send + 'static) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = sync_channel(4);
    thread::spawn(move || {
        let mut buffer = vec![0; CHUNK];
        loop {
            let read = match pipe.read(&mut buffer) {
                Ok(0) => return,
                Ok(length) => Ok(buffer[..length].to_vec()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            let failed = read.is_err();
            if sender.send(read).is_err() || failed {
                return;
            }
        }
    });
    receiver
}

/// The output of a child as it comes.
#[derive(Debug)]
pub(in crate::git) struct Chunks {
    /// The command, for errors.
    pub(super) what: String,
    receiver: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    position: usize,
    /// How long the child may say nothing.
    pub(super) silence: Duration,
}

impl Chunks {
    /// Listens to the output of a command.
    pub(super) fn new(what: String, pipe: impl Read + Send + 'static, silence: Duration) -> Self {
        Self {
            what,
            receiver: listen(pipe),
            chunk: Vec::new(),
            position: 0,
            silence,
        }
    }

    /// Returns the error of a child that says nothing.
    pub(super) fn silent(&self) -> GitError {
        GitError::unreadable(
            &self.what,
            format!("no answer for {} seconds", self.silence.as_secs()),
        )
    }

    fn short(&self) -> GitError {
        GitError::unreadable(&self.what, "it stopped in the middle of its answer")
    }

    /// Waits for more; returns false at the end of the output.
    fn refill(&mut self) -> Result<bool, GitError> {
        match self.receiver.recv_timeout(self.silence) {
            Ok(Ok(chunk)) => {
                (self.chunk, self.position) = (chunk, 0);
                Ok(true)
            }
            Ok(Err(error)) => Err(GitError::unreadable(&self.what, error)),
            Err(RecvTimeoutError::Disconnected) => Ok(false),
            Err(RecvTimeoutError::Timeout) => Err(self.silent()),
        }
    }

    /// Returns the next part of the answer, at most `limit` bytes, at least one.
    fn part(&mut self, limit: u64) -> Result<&[u8], GitError> {
        while self.position == self.chunk.len() {
            if !self.refill()? {
                return Err(self.short());
            }
        }
        let rest = self.chunk.len() - self.position;
        let length = usize::try_from(limit).unwrap_or(usize::MAX).min(rest);
        self.position += length;
        Ok(&self.chunk[self.position - length..self.position])
    }

    /// Reads a line of at most `limit` bytes and returns it without its end.
    pub(in crate::git) fn line(&mut self, limit: usize) -> Result<Vec<u8>, GitError> {
        let mut line = Vec::new();
        while line.len() <= limit {
            match self.part(1)? {
                b"\n" => return Ok(line),
                byte => line.extend_from_slice(byte),
            }
        }
        Err(GitError::unreadable(&self.what, "an overlong line"))
    }

    /// Reads exactly `length` bytes.
    pub(in crate::git) fn exact(&mut self, length: u64) -> Result<Vec<u8>, GitError> {
        let mut bytes = Vec::new();
        while (bytes.len() as u64) < length {
            let part = self.part(length - bytes.len() as u64)?;
            bytes.extend_from_slice(part);
        }
        Ok(bytes)
    }

    /// Passes over `length` bytes.
    pub(in crate::git) fn skip(&mut self, mut length: u64) -> Result<(), GitError> {
        while length > 0 {
            length -= self.part(length)?.len() as u64;
        }
        Ok(())
    }

    /// Reads to the end of the output.
    pub(super) fn rest(&mut self) -> Result<Vec<u8>, GitError> {
        let mut bytes = self.chunk.split_off(self.position);
        while self.refill()? {
            bytes.append(&mut self.chunk);
        }
        Ok(bytes)
    }
}
