//! Reading content: blobs, files on disk, bytes at hand, and the files around them.

use std::borrow::Cow;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::BLOB_LIMIT;
use crate::finding::{RepoPath, printable};
use crate::git::{Repository, Side};
use crate::input::Content;

/// Where the files around a touched one are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tree {
    /// In a tree of the repository.
    Git(Side),
    /// In a directory on disk.
    Disk(PathBuf),
    /// Nowhere: a patch shows no more than it changes.
    Nowhere,
}

/// Why one content could not be read, as a lower-case fragment that is safe to print.
pub(super) struct NotRead(pub(super) String);

/// Reads content.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) repository: Option<&'a dyn Repository>,
}

impl<'a> Reader<'a> {
    /// Returns the bytes of a content and the line of the real file on which they begin.
    pub(super) fn read<'c>(&self, content: &'c Content) -> Result<(Cow<'c, [u8]>, u32), NotRead> {
        match content {
            Content::Inline { bytes, first_line } => Ok((Cow::Borrowed(bytes), *first_line)),
            Content::Disk(path) => read_file(path).map(|bytes| (Cow::Owned(bytes), 1)),
            Content::Blob(id) => {
                let bytes = self
                    .repository()?
                    .blob(id, BLOB_LIMIT)
                    .map_err(|error| NotRead(error.to_string()))?;
                Ok((Cow::Owned(bytes), 1))
            }
        }
    }

    /// Returns a file of a tree, or nothing where the tree does not have it or it cannot be read.
    pub(super) fn around(&self, tree: &Tree, path: &RepoPath) -> Option<Vec<u8>> {
        match tree {
            Tree::Git(side) => self.repository?.file(*side, path).ok()?,
            Tree::Disk(root) => read_file(&root.join(path.to_text())).ok(),
            Tree::Nowhere => None,
        }
    }

    fn repository(&self) -> Result<&'a dyn Repository, NotRead> {
        self.repository
            .ok_or_else(|| NotRead("there is no repository to read it from".to_owned()))
    }
}

/// Reads a file on disk, up to the limit.
fn read_file(path: &Path) -> Result<Vec<u8>, NotRead> {
    let explain = |error: io::Error| NotRead(printable(&error.to_string()).to_lowercase());
    let file = std::fs::File::open(path).map_err(explain)?;
    let size = file.metadata().map_err(explain)?.len();
    let mut bytes = Vec::with_capacity(size.min(BLOB_LIMIT) as usize + 1);
    // What has a size is read in one go; what the system makes up while it is read has none.
    let most = if size == 0 { u64::MAX } else { size };
    file.take(most.min(BLOB_LIMIT + 1))
        .read_to_end(&mut bytes)
        .map_err(explain)?;
    if bytes.len() as u64 > BLOB_LIMIT {
        return Err(NotRead(format!(
            "more than the limit of {BLOB_LIMIT} bytes"
        )));
    }
    Ok(bytes)
}
