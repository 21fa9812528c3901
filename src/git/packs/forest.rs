//! Visits blobs in the order of their packs, each after the one that its delta builds on.
//!
//! Comes in: which blobs. Each entry is inflated once and each delta applied once, to content that is at hand, on
//! several threads. Content stays only as long as deltas still build on it; where that would be too much, it is
//! let go and read again.

use std::cell::Cell;
use std::collections::HashSet;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::{Kind, NotReadable, Packed, Packs, Reader, delta};
use crate::git::objects::ObjectType;
use crate::input::Piece;

/// How many bytes of content may wait for deltas to be applied to them, over all threads.
const WAITING: usize = 256 << 20;

/// What looks at the blobs of one thread.
pub trait Visitor {
    /// What is remembered of a blob for those that are made from it.
    type Memory;

    /// Looks at the blob of a number; `base` is what is remembered of the one it was made from, and how.
    fn visit(
        &mut self,
        number: u32,
        bytes: &[u8],
        base: Option<(&Self::Memory, &[Piece])>,
    ) -> Self::Memory;
}

/// How a visit went.
#[derive(Debug)]
pub struct Tally<V> {
    /// The visitors, one for each thread.
    pub visitors: Vec<V>,
    /// The blobs that could not be read here.
    pub left: Vec<u32>,
}

/// No object.
const NONE: u32 = u32::MAX;

/// The entries of one pack that are asked for, and those they build on.
struct Forest {
    pack: u32,
    /// For each rank its blob's number.
    wanted: Vec<u32>,
    /// For each rank the first entry that builds on it, and for each of those the next one.
    first: Vec<u32>,
    next: Vec<u32>,
    roots: Vec<u32>,
}

impl Forest {
    fn grow(packs: &Packs, pack: u32, blobs: &[(u32, u32)]) -> Self {
        let count = packs.packs[pack as usize].index.len();
        let mut forest = Self {
            pack,
            wanted: vec![NONE; count],
            first: vec![NONE; count],
            next: vec![NONE; count],
            roots: Vec::new(),
        };
        for (rank, number) in blobs {
            forest.wanted[*rank as usize] = *number;
        }
        let mut reader = Reader::new(packs);
        let mut known = vec![false; count];
        // Deltas point backwards, so most bases are met after what builds on them.
        for (rank, _) in blobs.iter().rev() {
            // A chain that breaks off, or that runs in a circle, hangs on no root: its blobs are left over.
            let _ = forest.follow(&mut reader, &mut known, *rank);
        }
        forest.roots.sort_unstable();
        forest
    }

    /// Puts an entry and what it builds on into the forest.
    fn follow(
        &mut self,
        reader: &mut Reader<'_>,
        known: &mut [bool],
        mut rank: u32,
    ) -> Result<(), NotReadable> {
        while !std::mem::replace(&mut known[rank as usize], true) {
            match reader
                .header(Packed {
                    pack: self.pack,
                    rank,
                })?
                .kind
            {
                Kind::Whole(_) => self.roots.push(rank),
                Kind::Delta(base) => {
                    self.next[rank as usize] =
                        std::mem::replace(&mut self.first[base.rank as usize], rank);
                    rank = base.rank;
                }
            }
        }
        Ok(())
    }
}

/// Visits blobs, given by their places and numbers, with visitors that `make` makes, one for each of `threads`.
pub(in crate::git) fn visit<V: Visitor + Send>(
    packs: &Packs,
    mut blobs: Vec<(Packed, u32)>,
    limit: u64,
    threads: usize,
    make: &(dyn Fn() -> V + Sync),
) -> Tally<V> {
    blobs.sort_unstable();
    let forests: Vec<Forest> = blobs
        .chunk_by(|(one, _), (other, _)| one.pack == other.pack)
        .map(|chunk| {
            let of_pack: Vec<_> = chunk
                .iter()
                .map(|(packed, number)| (packed.rank, *number))
                .collect();
            Forest::grow(packs, chunk[0].0.pack, &of_pack)
        })
        .collect();
    let roots: Vec<(&Forest, u32)> = forests
        .iter()
        .flat_map(|forest| forest.roots.iter().map(move |root| (forest, *root)))
        .collect();
    let taken = AtomicUsize::new(0);
    let work = || {
        let mut worker = Worker {
            reader: Reader::new(packs),
            visitor: make(),
            limit,
            waiting: Rc::new(Cell::new(0)),
            may_wait: WAITING / threads.max(1),
            visited: Vec::new(),
        };
        while let Some((forest, root)) = roots.get(taken.fetch_add(1, Ordering::Relaxed)) {
            worker.tree(forest, *root);
        }
        (worker.visitor, worker.visited)
    };
    let done: Vec<(V, Vec<u32>)> = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut done = vec![work()];
        for other in others {
            match other.join() {
                Ok(result) => done.push(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    });
    let visited: HashSet<u32> = done
        .iter()
        .flat_map(|(_, visited)| visited)
        .copied()
        .collect();
    let all = blobs.iter().map(|(_, number)| *number);
    Tally {
        left: all.filter(|number| !visited.contains(number)).collect(),
        visitors: done.into_iter().map(|(visitor, _)| visitor).collect(),
    }
}

/// Content that deltas still build on.
struct Held<M> {
    bytes: Vec<u8>,
    /// What the visitor remembers, if it was asked for this blob.
    memory: Option<M>,
    waiting: Rc<Cell<usize>>,
}

impl<M> Drop for Held<M> {
    fn drop(&mut self) {
        self.waiting.set(self.waiting.get() - self.bytes.len());
    }
}

struct Worker<'p, V: Visitor> {
    reader: Reader<'p>,
    visitor: V,
    limit: u64,
    /// How many bytes of content wait, and how many may.
    waiting: Rc<Cell<usize>>,
    may_wait: usize,
    /// The numbers of the blobs that the visitor has seen.
    visited: Vec<u32>,
}

impl<V: Visitor> Worker<'_, V> {
    /// Visits a root and all that builds on it.
    fn tree(&mut self, forest: &Forest, root: u32) {
        let mut stack: Vec<(u32, Option<Rc<Held<V::Memory>>>)> = vec![(root, None)];
        while let Some((rank, base)) = stack.pop() {
            let held = self.entry(forest, rank, base.as_deref());
            drop(base);
            let held = held.ok().map(Rc::new);
            let held = held.filter(|_| self.waiting.get() <= self.may_wait);
            let mut child = forest.first[rank as usize];
            while child != NONE {
                stack.push((child, held.clone()));
                child = forest.next[child as usize];
            }
        }
    }

    /// Reads one entry and shows it to the visitor if it is wanted.
    fn entry(
        &mut self,
        forest: &Forest,
        rank: u32,
        base: Option<&Held<V::Memory>>,
    ) -> Result<Held<V::Memory>, NotReadable> {
        let packed = Packed {
            pack: forest.pack,
            rank,
        };
        let number = forest.wanted[rank as usize];
        let header = self.reader.header(packed)?;
        let mut pieces = Vec::new();
        let is_delta = matches!(header.kind, Kind::Delta(_));
        let bytes = match (is_delta, base) {
            (true, None) => {
                let (object_type, content) = self.reader.content(packed, self.limit)?;
                if object_type != ObjectType::Blob {
                    return Err(NotReadable);
                }
                Rc::unwrap_or_clone(content)
            }
            (true, Some(base)) => {
                let delta = self.reader.inflate(packed, &header, self.limit)?;
                if delta::result_size(&delta)? as u64 > self.limit {
                    return Err(NotReadable);
                }
                let wants_pieces = number != NONE && base.memory.is_some();
                delta::apply(&base.bytes, &delta, wants_pieces.then_some(&mut pieces))?
            }
            (false, _) if header.kind == Kind::Whole(ObjectType::Blob) => {
                self.reader.inflate(packed, &header, self.limit)?
            }
            (false, _) => return Err(NotReadable),
        };
        let remembered = base.and_then(|base| base.memory.as_ref());
        let remembered = remembered.map(|memory| (memory, &pieces[..]));
        let memory = (number != NONE).then(|| {
            self.visited.push(number);
            self.visitor.visit(number, &bytes, remembered)
        });
        self.waiting.set(self.waiting.get() + bytes.len());
        let waiting = Rc::clone(&self.waiting);
        Ok(Held {
            bytes,
            memory,
            waiting,
        })
    }
}
