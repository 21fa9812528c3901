//! Reads objects of packs by their place, and keeps what deltas build on.

use std::collections::HashMap;
use std::rc::Rc;

use super::inflate::{Inflater, Window};
use super::{Kind, NotReadable, Packed, Packs, delta};
use crate::git::objects::ObjectType;
use crate::input::ObjectId;

/// How many bytes of content are kept for deltas to build on.
const KEPT: usize = 48 << 20;
/// How long a chain of deltas may be; git itself stops at 4095.
const CHAIN_LIMIT: usize = 10_000;
/// A header holds at most a size, and an offset or an id.
const HEADER: usize = 64;

/// What stands at the beginning of an entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) kind: Kind,
    /// The size of what is compressed: the object, or the delta.
    pub(super) size: u64,
    /// Where the compressed bytes begin and end.
    pub(super) extent: (u64, u64),
}

/// Content that is kept, with its type.
type Kept = HashMap<Packed, (ObjectType, Rc<Vec<u8>>)>;

/// Reads objects; each thread has one of its own.
pub(in crate::git) struct Reader<'p> {
    packs: &'p Packs,
    windows: Vec<Option<Window<'p>>>,
    inflater: Inflater,
    /// What was read or used lately, and what was before that.
    young: Kept,
    old: Kept,
    young_bytes: usize,
}

impl<'p> Reader<'p> {
    pub(in crate::git) fn new(packs: &'p Packs) -> Self {
        Self {
            packs,
            windows: packs.packs.iter().map(|_| None).collect(),
            inflater: Inflater::new(),
            young: Kept::new(),
            old: Kept::new(),
            young_bytes: 0,
        }
    }

    /// Returns an object with its type, or nothing if no pack holds it.
    pub(in crate::git) fn object(
        &mut self,
        id: &ObjectId,
        limit: u64,
    ) -> Option<(ObjectType, Rc<Vec<u8>>)> {
        let packed = self.packs.find(id)?;
        self.content(packed, limit).ok()
    }

    fn window(&mut self, pack: u32) -> Result<&mut Window<'p>, NotReadable> {
        let pack = pack as usize;
        let slot = &mut self.windows[pack];
        if slot.is_none() {
            *slot = Some(Window::open(&self.packs.packs[pack])?);
        }
        slot.as_mut().ok_or(NotReadable)
    }

    /// Reads what stands before the compressed bytes of an entry.
    pub(super) fn header(&mut self, packed: Packed) -> Result<Header, NotReadable> {
        let packs = self.packs;
        let index = &packs.packs[packed.pack as usize].index;
        let (start, end) = index.extent(packed.rank);
        let room = (end - start).min(HEADER as u64) as usize;
        let bytes = self.window(packed.pack)?.at(start, room)?;
        let bytes = bytes.get(..room).ok_or(NotReadable)?;
        let (size, rest) = delta::size(bytes).ok_or(NotReadable)?;
        // The first byte has three bits of type above four of the size.
        let first = bytes[0];
        let size = (size >> 7 << 4) as u64 | u64::from(first & 0x0f);
        let (kind, rest) = match first >> 4 & 7 {
            1 => (Kind::Whole(ObjectType::Commit), rest),
            2 => (Kind::Whole(ObjectType::Tree), rest),
            3 => (Kind::Whole(ObjectType::Blob), rest),
            4 => (Kind::Whole(ObjectType::Tag), rest),
            6 => {
                let (distance, rest) = distance(rest).ok_or(NotReadable)?;
                let base = start.checked_sub(distance).and_then(|at| index.rank_at(at));
                (
                    Kind::Delta(Packed {
                        rank: base.ok_or(NotReadable)?,
                        ..packed
                    }),
                    rest,
                )
            }
            7 => {
                let id = rest.get(..index.width()).ok_or(NotReadable)?;
                let base = ObjectId::from_bytes(id).and_then(|id| index.rank(&id));
                (
                    Kind::Delta(Packed {
                        rank: base.ok_or(NotReadable)?,
                        ..packed
                    }),
                    &rest[id.len()..],
                )
            }
            _ => return Err(NotReadable),
        };
        let extent = (start + (bytes.len() - rest.len()) as u64, end);
        Ok(Header { kind, size, extent })
    }

    /// Inflates the object or the delta behind a header.
    pub(super) fn inflate(
        &mut self,
        packed: Packed,
        header: &Header,
        limit: u64,
    ) -> Result<Vec<u8>, NotReadable> {
        if header.size > limit {
            return Err(NotReadable);
        }
        let pack = packed.pack as usize;
        self.window(packed.pack)?;
        let window = self.windows[pack].as_mut().ok_or(NotReadable)?;
        self.inflater
            .inflate(window, header.extent, header.size as usize)
    }

    /// Returns the object at a place.
    pub(super) fn content(
        &mut self,
        packed: Packed,
        limit: u64,
    ) -> Result<(ObjectType, Rc<Vec<u8>>), NotReadable> {
        let mut deltas = Vec::new();
        let mut at = packed;
        let (object_type, mut content) = loop {
            if let Some(kept) = self.kept(at) {
                break kept;
            }
            let header = self.header(at)?;
            let inflated = self.inflate(at, &header, limit)?;
            match header.kind {
                Kind::Whole(object_type) => {
                    break (object_type, self.keep(at, object_type, inflated));
                }
                Kind::Delta(base) => {
                    if deltas.len() >= CHAIN_LIMIT {
                        return Err(NotReadable);
                    }
                    deltas.push((at, inflated));
                    at = base;
                }
            }
        };
        while let Some((at, delta)) = deltas.pop() {
            if delta::result_size(&delta)? as u64 > limit {
                return Err(NotReadable);
            }
            let result = delta::apply(&content, &delta, None)?;
            content = self.keep(at, object_type, result);
        }
        Ok((object_type, content))
    }

    fn kept(&mut self, packed: Packed) -> Option<(ObjectType, Rc<Vec<u8>>)> {
        if let Some(kept) = self.young.get(&packed) {
            return Some(kept.clone());
        }
        let (object_type, content) = self.old.remove(&packed)?;
        self.store(packed, object_type, &content);
        Some((object_type, content))
    }

    fn keep(&mut self, packed: Packed, object_type: ObjectType, content: Vec<u8>) -> Rc<Vec<u8>> {
        let content = Rc::new(content);
        self.store(packed, object_type, &content);
        content
    }

    fn store(&mut self, packed: Packed, object_type: ObjectType, content: &Rc<Vec<u8>>) {
        if self.young_bytes + content.len() > KEPT / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        if content.len() <= KEPT / 2 {
            self.young_bytes += content.len();
            self.young.insert(packed, (object_type, Rc::clone(content)));
        }
    }
}

/// Returns how far before a delta its base begins, and what follows.
fn distance(mut bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut distance = 0_u64;
    loop {
        let (byte, rest) = bytes.split_first()?;
        bytes = rest;
        distance = distance.checked_shl(7)? | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some((distance, bytes));
        }
        distance = distance
            .checked_add(1)
            .filter(|distance| *distance < 1 << 56)?;
    }
}
