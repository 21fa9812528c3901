//! What archives on disk hold: zip and its many names, tar, gzip, and each within another.
//!
//! In come the bytes of an archive, out go its members as files that are called `archive.zip!/path/in/it`, and why
//! something in it was not looked at. Nothing is written anywhere, so that names of members do no harm, and what is
//! unpacked is bounded in all, so that neither does their size.

use std::io::{self, Cursor, Read};

use flate2::read::MultiGzDecoder;

use crate::finding::{RepoPath, printable};
use crate::input::{Content, FileChange, FileMode};

/// How many bytes are unpacked in one run.
const UNPACKED: u64 = 256 << 20;
/// How many members are unpacked in one run.
const MEMBERS: usize = 50_000;
/// How many archives may be within each other.
const DEPTH: usize = 4;
/// What the names of archives end with.
const ENDINGS: &[&str] = &[
    ".zip", ".jar", ".war", ".ear", ".aar", ".apk", ".whl", ".egg", ".nupkg", ".vsix", ".xpi",
    ".docx", ".xlsx", ".pptx", ".odt", ".tar", ".gem", ".tgz", ".gz", ".crate",
];

/// Unpacks archives as long as the limits of one run allow.
#[derive(Debug)]
pub(super) struct Archives {
    bytes: u64,
    members: usize,
    /// What was unpacked.
    pub(super) files: Vec<FileChange>,
    /// What was not, and why, as sentences without their end.
    pub(super) left_out: Vec<String>,
}

/// Why an archive was not read to its end.
enum Broken {
    /// It cannot be read.
    Unreadable(String),
    /// A limit is reached.
    TooMuch,
}

impl Default for Archives {
    fn default() -> Self {
        Self {
            bytes: UNPACKED,
            members: MEMBERS,
            files: Vec::new(),
            left_out: Vec::new(),
        }
    }
}

impl Archives {
    /// Returns whether a file is called like an archive.
    pub(super) fn is_archive(name: &RepoPath) -> bool {
        let name = name.as_bytes().to_ascii_lowercase();
        ENDINGS
            .iter()
            .any(|ending| name.ends_with(ending.as_bytes()))
    }

    /// Unpacks an archive. Returns whether its members are all that is to be looked at: what only is called like an
    /// archive has none, and what is broken may hold more.
    pub(super) fn unpack(&mut self, name: &RepoPath, bytes: &[u8]) -> bool {
        self.within(name, bytes, 1)
    }

    fn within(&mut self, name: &RepoPath, bytes: &[u8], depth: usize) -> bool {
        let unpacked = if bytes.starts_with(b"PK\x03\x04") {
            self.zip(name, bytes, depth)
        } else if bytes.starts_with(b"\x1f\x8b") {
            self.gzip(name, bytes, depth)
        } else if is_tar(bytes) {
            self.tar(name, bytes, depth)
        } else {
            return false;
        };
        let reason = match unpacked {
            Ok(()) => return true,
            Err(Broken::Unreadable(reason)) => format!("not looked into to its end: {reason}"),
            Err(Broken::TooMuch) => format!(
                "not looked into to its end: more than {MEMBERS} files or {} MiB in archives",
                UNPACKED >> 20
            ),
        };
        self.left_out.push(format!("{name}: {reason}"));
        false
    }

    fn zip(&mut self, name: &RepoPath, bytes: &[u8], depth: usize) -> Result<(), Broken> {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
        for index in 0..archive.len() {
            let mut member = archive.by_index(index).map_err(unreadable)?;
            if member.is_file() {
                let path = member.name_raw().to_vec();
                self.member(name, &path, &mut member, depth)?;
            }
        }
        Ok(())
    }

    fn tar(&mut self, name: &RepoPath, bytes: &[u8], depth: usize) -> Result<(), Broken> {
        let mut archive = tar::Archive::new(bytes);
        for member in archive.entries().map_err(unreadable)? {
            let mut member = member.map_err(unreadable)?;
            if member.header().entry_type().is_file() {
                let path = member.path_bytes().into_owned();
                self.member(name, &path, &mut member, depth)?;
            }
        }
        Ok(())
    }

    fn gzip(&mut self, name: &RepoPath, bytes: &[u8], depth: usize) -> Result<(), Broken> {
        let plain = self.read(&mut MultiGzDecoder::new(bytes))?;
        if is_tar(&plain) {
            return self.tar(name, &plain, depth);
        }
        let file = name.file_name();
        let stem = memchr::memrchr(b'.', file).map_or(file, |dot| &file[..dot]);
        self.add(name, stem, plain, depth);
        Ok(())
    }

    fn member(
        &mut self,
        archive: &RepoPath,
        path: &[u8],
        content: &mut dyn Read,
        depth: usize,
    ) -> Result<(), Broken> {
        self.members = self.members.checked_sub(1).ok_or(Broken::TooMuch)?;
        let bytes = self.read(content)?;
        self.add(archive, path, bytes, depth);
        Ok(())
    }

    fn add(&mut self, archive: &RepoPath, path: &[u8], bytes: Vec<u8>, depth: usize) {
        let path = RepoPath::new([archive.as_bytes(), b"!/", path].concat());
        if Self::is_archive(&path) {
            if depth < DEPTH {
                if self.within(&path, &bytes, depth + 1) {
                    return;
                }
            } else {
                let reason = format!("{path}: not looked into: an archive in {DEPTH} others");
                self.left_out.push(reason);
            }
        }
        self.files.push(FileChange {
            path,
            mode: FileMode::Packed,
            new: Some(Content::Inline {
                bytes: bytes.into(),
                first_line: 1,
            }),
            old: Vec::new(),
        });
    }

    /// Reads a member to its end.
    fn read(&mut self, content: &mut dyn Read) -> Result<Vec<u8>, Broken> {
        let mut bytes = Vec::new();
        content
            .take(self.bytes + 1)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
        self.bytes = self
            .bytes
            .checked_sub(bytes.len() as u64)
            .ok_or(Broken::TooMuch)?;
        Ok(bytes)
    }
}

fn unreadable(error: impl Into<io::Error>) -> Broken {
    Broken::Unreadable(printable(&error.into().to_string()).to_lowercase())
}

fn is_tar(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            archive
                .start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = tar::Builder::new(Vec::new());
        for (name, bytes) in members {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            archive.append_data(&mut header, name, *bytes).unwrap();
        }
        archive.into_inner().unwrap()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut file = GzEncoder::new(Vec::new(), Compression::fast());
        file.write_all(bytes).unwrap();
        file.finish().unwrap()
    }

    fn unpacked(name: &str, bytes: &[u8]) -> (Vec<String>, Vec<String>) {
        let mut archives = Archives::default();
        assert!(Archives::is_archive(&RepoPath::new(name)));
        archives.unpack(&RepoPath::new(name), bytes);
        let names = archives.files.iter().map(|file| file.path.to_string());
        (names.collect(), archives.left_out)
    }

    #[test]
    fn members_are_called_after_their_archive() {
        let inner = tar(&[("etc/app.env", b"a=1")]);
        let middle = zip(&[("x.tar.gz", &gzip(&inner)), ("notes.txt.gz", &gzip(b"n"))]);
        let (names, left_out) =
            unpacked("dist/a.JAR", &zip(&[("lib/m.war", &middle), ("b", b"c")]));
        assert_eq!(
            names,
            [
                "dist/a.JAR!/lib/m.war!/x.tar.gz!/etc/app.env",
                "dist/a.JAR!/lib/m.war!/notes.txt.gz!/notes.txt",
                "dist/a.JAR!/b",
            ]
        );
        assert!(left_out.is_empty(), "{left_out:?}");
    }

    #[test]
    fn what_is_not_looked_into_is_said() {
        let whole = zip(&[("a", &[7; 5000]), ("b", b"c")]);
        let (_, left_out) = unpacked("a.zip", &whole[..whole.len() - 30]);
        assert!(
            left_out[0].starts_with("a.zip: not looked into"),
            "{left_out:?}"
        );
        let cut = gzip(&tar(&[("a", &[7; 5000])]));
        let (_, left_out) = unpacked("a.tgz", &cut[..cut.len() / 2]);
        assert!(
            left_out[0].starts_with("a.tgz: not looked into"),
            "{left_out:?}"
        );
        let deep = (0..6).fold(b"x".to_vec(), |inner, _| zip(&[("i.zip", &inner)]));
        let (names, left_out) = unpacked("d.zip", &deep);
        assert_eq!((names.len(), left_out.len()), (1, 1), "{left_out:?}");
        assert_eq!(unpacked("not.zip", b"text"), (Vec::new(), Vec::new()));
    }

    #[test]
    fn what_is_unpacked_is_bounded() {
        let bomb = gzip(&vec![0; 1 << 20]);
        let mut archives = Archives {
            bytes: 1 << 16,
            ..Archives::default()
        };
        archives.unpack(&RepoPath::new("b.gz"), &bomb);
        assert_eq!((archives.files.len(), archives.left_out.len()), (0, 1));
        let many = tar(&[("a", b"1"), ("b", b"2"), ("c", b"3")]);
        let mut archives = Archives {
            members: 2,
            ..Archives::default()
        };
        archives.unpack(&RepoPath::new("m.tar"), &many);
        assert_eq!((archives.files.len(), archives.left_out.len()), (2, 1));
    }
}
