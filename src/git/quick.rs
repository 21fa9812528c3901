//! What a hook can know of a repository without opening it, in microseconds.

use std::fs::{self, File};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::GitError;
use super::plumbing::path_from;

/// The longest checksum at the end of an index.
const CHECKSUM: u64 = 32;
/// The shortest; where its bytes are zero, `index.skipHash` left the checksum out.
const SHORT_CHECKSUM: usize = 20;

/// Returns the git directory that the environment names, or that a `.git` in the current directory is or names.
pub fn quick_layout(git_dir_env: Option<&Path>, cwd: &Path) -> Option<PathBuf> {
    if let Some(git_dir) = git_dir_env {
        return Some(cwd.join(git_dir));
    }
    let dot_git = cwd.join(".git");
    if dot_git.is_dir() {
        return Some(dot_git);
    }
    let bytes = fs::read(&dot_git).ok()?;
    let target = bytes.strip_prefix(b"gitdir: ")?.trim_ascii_end();
    (!target.is_empty()).then(|| cwd.join(path_from(target)))
}

/// Returns bytes that change whenever the content of an index file does: its checksum and size.
///
/// A file that does not exist is an empty index, and has a stamp too.
pub fn index_stamp(index_file: &Path) -> Result<Vec<u8>, GitError> {
    match stamp(index_file) {
        Ok(stamp) => Ok(stamp),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(GitError::unreadable("the index", error)),
    }
}

fn stamp(index_file: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(index_file)?;
    let size = file.metadata()?.len();
    file.seek(SeekFrom::Start(size.saturating_sub(CHECKSUM)))?;
    let mut stamp = Vec::with_capacity(48);
    file.by_ref().take(CHECKSUM).read_to_end(&mut stamp)?;
    if stamp
        .iter()
        .rev()
        .take(SHORT_CHECKSUM)
        .all(|&byte| byte == 0)
    {
        file.rewind()?;
        let mut hasher = blake3::Hasher::new();
        let mut chunk = vec![0; 64 << 10];
        loop {
            let length = file.read(&mut chunk)?;
            if length == 0 {
                break;
            }
            hasher.update(&chunk[..length]);
        }
        stamp = hasher.finalize().as_bytes().to_vec();
    }
    stamp.extend_from_slice(&size.to_le_bytes());
    Ok(stamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stamp_follows_the_content() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("index");
        let stamp = |bytes: &[u8]| {
            fs::write(&file, bytes).unwrap();
            index_stamp(&file).unwrap()
        };
        assert_eq!(index_stamp(&directory.path().join("none")).unwrap(), b"");
        let with_checksum = |first: u8, last: u8| [&[first; 50][..], &[last; 20]].concat();
        assert_ne!(stamp(&with_checksum(1, 1)), stamp(&with_checksum(1, 2)));
        assert_ne!(
            stamp(&with_checksum(1, 0)),
            stamp(&with_checksum(2, 0)),
            "no checksum in the file"
        );
        assert_ne!(stamp(b""), stamp(b"x"));
    }

    #[test]
    fn the_git_directory_is_found_as_git_finds_it_first() {
        let directory = tempfile::tempdir().unwrap();
        let cwd = directory.path();
        assert_eq!(quick_layout(None, cwd), None);
        fs::write(cwd.join(".git"), "gitdir: ../real/x\n").unwrap();
        assert_eq!(quick_layout(None, cwd), Some(cwd.join("../real/x")));
        fs::write(cwd.join(".git"), "nonsense").unwrap();
        assert_eq!(quick_layout(None, cwd), None);
        fs::remove_file(cwd.join(".git")).unwrap();
        fs::create_dir(cwd.join(".git")).unwrap();
        assert_eq!(quick_layout(None, cwd), Some(cwd.join(".git")));
        assert_eq!(
            quick_layout(Some(Path::new("other")), cwd),
            Some(cwd.join("other"))
        );
    }
}
