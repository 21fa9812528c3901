//! One record about one package: how the database stores it, and what a lookup sees of it.
//!
//! Comes in: an [`Entry`] from the builder. Goes out: bytes, and out of them an [`Advisory`] that borrows from
//! them. What a lookup needs for "not affected" stands first, so that most records are never decoded.

use super::database::codec::{Malformed, Reader, put_bytes, put_list, put_number};
use super::ranges::{End, Interval, Probe, Ranges, Reading};
use super::severity::Rating;
use super::version::Version;
use crate::finding::Severity;

/// One record about one package, as the builder knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The id of the record.
    pub(crate) id: String,
    /// The record's own aliases, in its order.
    pub(crate) aliases: Vec<String>,
    /// The versions as the public service reads the record.
    pub(crate) served: Ranges,
    /// The versions as they are meant, where an event is no version.
    pub(crate) meant: Option<Ranges>,
    /// Every fixing version, ascending.
    pub(crate) fixes: Vec<String>,
    /// The fixing versions that pip-audit shows, ascending, where they are others.
    pub(crate) shown_fixes: Option<Vec<String>>,
    /// The ids of all records about the same weakness and their aliases, the best known first.
    pub(crate) group: Vec<String>,
    /// How bad it is; nothing where no source says so.
    pub(crate) rating: Option<Rating>,
    /// Whether the package itself is the attack.
    pub(crate) malicious: bool,
    /// The summary, else the details, else `N/A`.
    pub(crate) text: String,
}

/// What a lookup sees of one record about one package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory<'a> {
    /// The id of the record.
    pub id: &'a str,
    /// The record's own aliases, in its order.
    pub aliases: Vec<&'a str>,
    /// The ids of all records about the same weakness and their aliases, the best known first.
    pub group: Vec<&'a str>,
    /// How bad it is.
    pub severity: Severity,
    /// Where the severity is from; empty where no source says it.
    pub severity_source: &'a str,
    /// Whether the package itself is the attack.
    pub malicious: bool,
    /// Every fixing version, ascending.
    pub fixes: Vec<&'a str>,
    /// The fixing versions that pip-audit shows, ascending.
    pub shown_fixes: Vec<&'a str>,
    /// Where the text stands among the texts of the package.
    pub(crate) text: (usize, usize),
}

/// One record, not yet decoded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stored<'a>(Reader<'a>);

const BOUNDED_BELOW: u8 = 1;
const ENDS_BEFORE: u8 = 2;
const ENDS_BEHIND: u8 = 4;

impl Entry {
    /// Appends the record to the part of its package, and its text to the package's texts.
    pub(crate) fn write(&self, part: &mut Vec<u8>, texts: &mut Vec<u8>) {
        let mut out = Vec::new();
        put_ranges(&mut out, &self.served);
        out.push(u8::from(self.meant.is_some()));
        if let Some(meant) = &self.meant {
            put_ranges(&mut out, meant);
        }
        put_text(&mut out, &self.id);
        put_list(&mut out, &self.aliases, put_text);
        put_list(&mut out, &self.group, put_text);
        let severity = self
            .rating
            .as_ref()
            .map_or(Severity::Unknown, |rating| rating.severity);
        out.extend([severity as u8, u8::from(self.malicious)]);
        let source = self.rating.as_ref().map(|rating| &*rating.source);
        put_bytes(&mut out, source.unwrap_or_default().as_bytes());
        put_list(&mut out, &self.fixes, put_text);
        out.push(u8::from(self.shown_fixes.is_some()));
        if let Some(fixes) = &self.shown_fixes {
            put_list(&mut out, fixes, put_text);
        }
        put_number(&mut out, texts.len() as u64);
        put_number(&mut out, self.text.len() as u64);
        texts.extend(self.text.as_bytes());
        put_bytes(part, &out);
    }
}

fn put_text(out: &mut Vec<u8>, text: &String) {
    put_bytes(out, text.as_bytes());
}

fn put_ranges(out: &mut Vec<u8>, ranges: &Ranges) {
    put_list(out, &ranges.intervals, |out, interval| {
        let (flag, end) = match &interval.to {
            End::Open => (0, None),
            End::Before(key) => (ENDS_BEFORE, Some(key)),
            End::Through(key) => (ENDS_BEHIND, Some(key)),
        };
        let below = if interval.from.is_some() {
            BOUNDED_BELOW
        } else {
            0
        };
        out.push(flag | below);
        for key in [interval.from.as_ref(), end].into_iter().flatten() {
            put_bytes(out, key);
        }
    });
    put_list(out, &ranges.listed, |out, key| put_bytes(out, key));
}

fn take_interval<'a>(reader: &mut Reader<'a>) -> Result<Interval<&'a [u8]>, Malformed> {
    let flags = reader.byte()?;
    let from = if flags & BOUNDED_BELOW == 0 {
        None
    } else {
        Some(reader.bytes()?)
    };
    let to = match flags & !BOUNDED_BELOW {
        0 => End::Open,
        ENDS_BEFORE => End::Before(reader.bytes()?),
        ENDS_BEHIND => End::Through(reader.bytes()?),
        _ => return Err(Malformed),
    };
    Ok(Interval { from, to })
}

fn skip_key(reader: &mut Reader<'_>) -> Result<bool, Malformed> {
    reader.bytes().map(|_| false)
}

fn skip_ranges(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    reader.any(|reader| take_interval(reader).map(|_| false))?;
    reader.any(skip_key)?;
    Ok(())
}

/// Reads ranges and returns whether a version lies in them.
fn hit_ranges(reader: &mut Reader<'_>, probe: &Probe<'_>) -> Result<bool, Malformed> {
    let within = reader.any(|reader| Ok(probe.lies_in(&take_interval(reader)?)))?;
    let listed = reader.any(|reader| Ok(probe.is(reader.bytes()?)))?;
    Ok(within || listed)
}

impl<'a> Stored<'a> {
    /// Takes the next record out of the part of a package.
    pub(crate) fn take(part: &mut Reader<'a>) -> Result<Self, Malformed> {
        Ok(Self(Reader::new(part.bytes()?)))
    }

    /// Returns whether the record affects a version in one of the readings.
    pub(crate) fn affects(&self, version: &Version, reading: Reading) -> Result<bool, Malformed> {
        let mut reader = self.0;
        let probe = Probe { version, reading };
        let served = hit_ranges(&mut reader, &probe)?;
        if reading == Reading::Meant && reader.byte()? != 0 {
            return hit_ranges(&mut reader, &probe);
        }
        Ok(served)
    }

    /// Returns the affected intervals as they are meant.
    pub(crate) fn intervals(&self) -> Result<Vec<Interval<&'a [u8]>>, Malformed> {
        let mut reader = self.0;
        let served = reader.list(take_interval)?;
        reader.any(skip_key)?;
        if reader.byte()? != 0 {
            return reader.list(take_interval);
        }
        Ok(served)
    }

    /// Decodes the record.
    pub(crate) fn decode(&self) -> Result<Advisory<'a>, Malformed> {
        let mut reader = self.0;
        skip_ranges(&mut reader)?;
        if reader.byte()? != 0 {
            skip_ranges(&mut reader)?;
        }
        let id = reader.text()?;
        let aliases = reader.list(Reader::text)?;
        let group = reader.list(Reader::text)?;
        let severity = severity(reader.byte()?)?;
        let malicious = reader.byte()? != 0;
        let severity_source = reader.text()?;
        let fixes = reader.list(Reader::text)?;
        let shown_fixes = if reader.byte()? == 0 {
            fixes.clone()
        } else {
            reader.list(Reader::text)?
        };
        let mut offset = || {
            let number = reader.number()?;
            usize::try_from(number).map_err(|_| Malformed)
        };
        let text = (offset()?, offset()?);
        Ok(Advisory {
            id,
            aliases,
            group,
            severity,
            severity_source,
            malicious,
            fixes,
            shown_fixes,
            text,
        })
    }
}

fn severity(stored: u8) -> Result<Severity, Malformed> {
    [
        Severity::Unknown,
        Severity::Low,
        Severity::Medium,
        Severity::High,
        Severity::Critical,
    ]
    .into_iter()
    .find(|severity| *severity as u8 == stored)
    .ok_or(Malformed)
}
