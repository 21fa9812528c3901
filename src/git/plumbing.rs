//! The backend for what libgit2 cannot open: git's own plumbing commands.
//!
//! One `cat-file --batch` child supplies all objects; the index is compared by `diff-index`, which knows split
//! and sparse indexes; history is walked by `rev-list`.

mod place;

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::PathBuf;

use super::objects::{OBJECT_LIMIT, Object, ObjectType};
use super::program::{Conversation, Program};
use super::raw_diff::{
    BatchHeader, StagedEntry, read_batch_header, read_differences, read_staged, read_walked,
};
use super::repository::Backing;
use super::tree::{Difference, Entry, Trees, differences};
use super::walk::sort;
use super::{Backend, GitError, Layout, OpenOptions, Setting};
use crate::finding::RepoPath;
use crate::input::ObjectId;
use place::{Place, QUESTIONS};

/// The longest line that `cat-file --batch` writes before an object.
const HEADER_LIMIT: usize = 256;
/// An object up to this size is read past; for a larger one it is cheaper to start a new child.
const SKIP_LIMIT: u64 = 1 << 20;
/// The ids of the tree without entries, which git knows without having it.
const EMPTY_TREES: [(&[u8], &str); 2] = [
    (b"sha1", "4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
    (
        b"sha256",
        "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
    ),
];

/// A repository that git's plumbing reads.
pub(super) struct Plumbing {
    program: Program,
    layout: Layout,
    empty_tree: &'static str,
    objects: RefCell<Option<Conversation>>,
}

/// Makes a path out of bytes that git printed.
pub(super) fn path_from(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    return PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes));
    #[cfg(not(unix))]
    return PathBuf::from(String::from_utf8_lossy(bytes).into_owned());
}

/// Makes a path specification that means exactly this path, from the root of the tree.
fn exactly(path: &RepoPath) -> OsString {
    path_from(&[b":(top,literal)", path.as_bytes()].concat()).into_os_string()
}

fn garbled(command: &str) -> GitError {
    GitError::unreadable(
        format!("git {command}"),
        "its output is not of the expected form",
    )
}

impl Plumbing {
    /// Opens the repository of the environment, or the one around `options.start`.
    pub(super) fn open(options: &OpenOptions) -> Result<Self, GitError> {
        let git = options.git.as_deref();
        let git =
            git.ok_or_else(|| GitError::unreadable("the git program", "no git program was found"))?;
        let program = Program::new(git, options.start.as_deref(), options.index.as_deref())?;
        let output = program.run(QUESTIONS, None)?;
        if output.complaint.contains("not a git repository") && !output.status.success() {
            return Err(GitError::NotARepository(options.place()));
        }
        if !output.status.success() {
            return Err(GitError::unreadable("the repository", output.complaint));
        }
        let place = Place::read(&output.stdout).ok_or_else(|| garbled("rev-parse"))?;
        let empty_tree = EMPTY_TREES.iter().find(|(name, _)| *name == place.format);
        let empty_tree = empty_tree.ok_or_else(|| garbled("rev-parse"))?.1;
        let layout = place.layout(&options.place());
        Ok(Self {
            program,
            layout,
            empty_tree,
            objects: RefCell::new(None),
        })
    }

    /// Asks for a name and returns the first line of the answer. The child comes back only if all went well:
    /// after an error its answers could belong to an earlier question.
    fn question(
        &self,
        name: &str,
        running: Option<Conversation>,
    ) -> Result<(Conversation, Vec<u8>), GitError> {
        let mut conversation = match running {
            Some(conversation) => conversation,
            None => self.program.converse(&["cat-file", "--batch"])?,
        };
        conversation.ask(name)?;
        let line = conversation.answer().line(HEADER_LIMIT)?;
        Ok((conversation, line))
    }

    /// Returns the object behind `HEAD`, if there is one.
    fn head_object(&self) -> Result<Option<ObjectId>, GitError> {
        let mut slot = self.objects.borrow_mut();
        let (mut conversation, line) = self.question("HEAD", slot.take())?;
        let id = if line == b"HEAD missing" {
            None
        } else {
            let hex = line.split(|&byte| byte == b' ').next();
            let id = hex
                .and_then(ObjectId::from_hex)
                .ok_or_else(|| garbled("cat-file"))?;
            let Some(BatchHeader::Found(_, size)) = read_batch_header(&id, &line) else {
                return Err(garbled("cat-file"));
            };
            conversation.answer().skip(size + 1)?;
            Some(id)
        };
        *slot = Some(conversation);
        Ok(id)
    }

    /// Asks for an object; `use_it` reads what follows the header.
    fn ask<T>(
        &self,
        id: &ObjectId,
        use_it: impl FnOnce(ObjectType, u64, &mut Conversation) -> Result<T, GitError>,
    ) -> Result<T, GitError> {
        let mut slot = self.objects.borrow_mut();
        let (mut conversation, line) = self.question(&id.to_string(), slot.take())?;
        match read_batch_header(id, &line).ok_or_else(|| garbled("cat-file"))? {
            BatchHeader::Missing => {
                *slot = Some(conversation);
                Err(GitError::Missing(*id))
            }
            BatchHeader::Found(object_type, size) => {
                let result = use_it(object_type, size, &mut conversation)?;
                *slot = Some(conversation);
                Ok(result)
            }
        }
    }

    /// Puts the contents of a conflict in the place of the record that only says there is one.
    fn with_conflicts(
        old: Option<Entry>,
        path: &RepoPath,
        staged: &[StagedEntry],
    ) -> Vec<Difference> {
        let start = staged.partition_point(|entry| entry.path < *path);
        let sides = staged[start..]
            .iter()
            .take_while(|entry| entry.path == *path);
        let mut sides: Vec<_> = sides
            .filter(|side| side.stage != 1 && side.entry.is_some())
            .map(|side| side.entry)
            .collect();
        if sides.is_empty() {
            sides.push(None);
        }
        sides
            .into_iter()
            .map(|new| Difference {
                path: path.clone(),
                old,
                new,
            })
            .collect()
    }

    /// Returns the differences between a tree and the index under some paths; no tree means the empty one.
    fn compare_index(
        &self,
        tree: Option<&ObjectId>,
        paths: OsString,
    ) -> Result<Vec<Difference>, GitError> {
        let name = tree.map_or_else(|| self.empty_tree.to_owned(), ToString::to_string);
        let options = [
            "diff-index",
            "--cached",
            "--raw",
            "-z",
            "--no-renames",
            "--no-abbrev",
        ];
        let more = [
            "--ita-invisible-in-index",
            "--ignore-submodules=none",
            &name,
            "--",
        ];
        let mut arguments: Vec<OsString> =
            options.iter().chain(&more).map(OsString::from).collect();
        arguments.push(paths.clone());
        let output = self
            .program
            .output(&arguments, None)
            .map_err(|error| self.explain(tree, error))?;
        let records = read_differences(&output).ok_or_else(|| garbled("diff-index"))?;
        let conflict = records.iter().any(|record| record.unmerged);
        let staged = if conflict {
            self.conflicts(paths)?
        } else {
            Vec::new()
        };
        let mut found = Vec::with_capacity(records.len());
        for record in records {
            if record.unmerged {
                found.extend(Self::with_conflicts(record.old, &record.path, &staged));
            } else {
                found.push(Difference {
                    path: record.path,
                    old: record.old,
                    new: record.new,
                });
            }
        }
        // A changed executable bit or submodule leaves equal sides, as does one side of a conflict.
        found.retain(|difference| difference.old != difference.new);
        Ok(found)
    }

    fn conflicts(&self, paths: OsString) -> Result<Vec<StagedEntry>, GitError> {
        let mut arguments = ["ls-files", "--unmerged", "-z", "--full-name", "--"]
            .map(OsString::from)
            .to_vec();
        arguments.push(paths);
        read_staged(&self.program.output(&arguments, None)?).ok_or_else(|| garbled("ls-files"))
    }

    /// Returns which tree is missing, where that is why `diff-index` failed.
    fn explain(&self, tree: Option<&ObjectId>, error: GitError) -> GitError {
        let trees =
            Trees(|id: &ObjectId| self.object(id, OBJECT_LIMIT)?.expect(id, ObjectType::Tree));
        match differences((&trees, None), (&trees, tree.copied())) {
            Err(missing @ GitError::Missing(_)) => missing,
            _ => error,
        }
    }
}

impl Backing for Plumbing {
    const BACKEND: Backend = Backend::Plumbing;

    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn object(&self, id: &ObjectId, limit: u64) -> Result<Object, GitError> {
        self.ask(id, |object_type, size, conversation| {
            if size > limit {
                return Err(GitError::TooLarge {
                    id: *id,
                    size,
                    limit,
                });
            }
            let bytes = conversation.answer().exact(size)?;
            conversation.answer().skip(1)?;
            Ok(Object { object_type, bytes })
        })
    }

    fn object_type(&self, id: &ObjectId) -> Result<ObjectType, GitError> {
        let (object_type, finished) = self.ask(id, |object_type, size, conversation| {
            let finished = size <= SKIP_LIMIT;
            if finished {
                conversation.answer().skip(size + 1)?;
            }
            Ok((object_type, finished))
        })?;
        if !finished {
            self.objects.take();
        }
        Ok(object_type)
    }

    fn head(&self) -> Result<Option<ObjectId>, GitError> {
        let head = self.head_object()?;
        if head.is_some() {
            return Ok(head);
        }
        // Only a branch that does not exist yet makes HEAD a name without an object.
        let branch = self
            .program
            .output(&["symbolic-ref", "--quiet", "HEAD"], None)?;
        let branch = String::from_utf8_lossy(branch.trim_ascii_end()).into_owned();
        let exists = self
            .program
            .run(&["show-ref", "--verify", "--quiet", &branch], None)?;
        if exists.status.code() != Some(1) || branch.is_empty() {
            return Err(GitError::unreadable("HEAD", "it points at no object"));
        }
        Ok(None)
    }

    fn revision(&self, revision: &str) -> Result<ObjectId, GitError> {
        let output = self
            .program
            .run(&["rev-parse", "--verify", "--quiet", revision], None)?;
        let id =
            ObjectId::from_hex(output.stdout.trim_ascii_end()).filter(|_| output.status.success());
        let id = id.ok_or_else(|| GitError::UnknownRevision(revision.to_owned()))?;
        match self.object_type(&id) {
            // git takes any full id for a revision, whether or not there is such an object.
            Err(GitError::Missing(_)) => Err(GitError::UnknownRevision(revision.to_owned())),
            other => other.map(|_| id),
        }
    }

    fn references(&self) -> Result<Vec<(String, ObjectId)>, GitError> {
        let output = self
            .program
            .output(&["for-each-ref", "--format=%(objectname) %(refname)"], None)?;
        let read = |line: &[u8]| {
            let space = memchr::memchr(b' ', line)?;
            let name = String::from_utf8_lossy(&line[space + 1..]).into_owned();
            Some((name, ObjectId::from_hex(&line[..space])?))
        };
        let lines = output
            .split(|&byte| byte == b'\n')
            .filter(|line| !line.is_empty());
        let mut references: Vec<_> = lines
            .map(read)
            .collect::<Option<_>>()
            .ok_or_else(|| garbled("for-each-ref"))?;
        references.sort();
        Ok(references)
    }

    fn index_differences(&self, tree: Option<&ObjectId>) -> Result<Vec<Difference>, GitError> {
        self.compare_index(tree, ":/".into())
    }

    fn index_file(&self, path: &RepoPath) -> Result<Option<Entry>, GitError> {
        let found = self.compare_index(None, exactly(path))?;
        Ok(found
            .into_iter()
            .filter(|difference| difference.path == *path)
            .find_map(|difference| difference.new))
    }

    fn index_files_in(&self, directory: &RepoPath) -> Result<Vec<RepoPath>, GitError> {
        let mut prefix = directory.as_bytes().to_vec();
        if !prefix.is_empty() {
            prefix.push(b'/');
        }
        let mut found = self.compare_index(None, exactly(&RepoPath::new(prefix.as_slice())))?;
        found.retain(|difference| {
            let rest = difference.path.as_bytes().strip_prefix(prefix.as_slice());
            let inside = rest.is_some_and(|rest| !rest.contains(&b'/'));
            inside && difference.new.is_some_and(|entry| !entry.symlink)
        });
        let mut paths: Vec<_> = found
            .into_iter()
            .map(|difference| difference.path)
            .collect();
        paths.dedup();
        Ok(paths)
    }

    fn walk(&self, tips: &[ObjectId], hidden: &[ObjectId]) -> Result<Vec<ObjectId>, GitError> {
        let lines = tips
            .iter()
            .map(|id| format!("{id}\n"))
            .chain(hidden.iter().map(|id| format!("^{id}\n")));
        let input = lines.collect::<String>().into_bytes();
        let output = self.program.output(
            &["rev-list", "--timestamp", "--parents", "--stdin"],
            Some(input),
        )?;
        let lines = output
            .split(|&byte| byte == b'\n')
            .filter(|line| !line.is_empty());
        let walked: Option<Vec<_>> = lines.map(read_walked).collect();
        let whole = output.is_empty() || output.ends_with(b"\n");
        let walked = walked.filter(|_| whole);
        Ok(sort(&walked.ok_or_else(|| garbled("rev-list"))?))
    }

    fn setting(&self, key: &str) -> Result<Option<Setting>, GitError> {
        let output = self.program.run(
            &["config", "-z", "--show-scope", "--type=path", "--get", key],
            None,
        )?;
        match output.status.code() {
            Some(1) => return Ok(None),
            Some(0) => {}
            _ => return Err(GitError::unreadable("git config", output.complaint)),
        }
        let fields: Vec<&[u8]> = output.stdout.split(|&byte| byte == 0).collect();
        let [scope, value, b""] = fields[..] else {
            return Err(garbled("config"));
        };
        Ok(Some(Setting {
            value: path_from(value),
            scope: String::from_utf8_lossy(scope).into_owned(),
        }))
    }
}
