//! The register of waivers: a page for people that the program reads.
//!
//! One `##` section a waiver, sorted by random ids, so that two branches that add one each merge without a
//! conflict. The prose is the rationale; one block of TOML is the record.
//!
//! ```text
//! text ─► sections (Markdown) ─► record (TOML) ─► rules (what holds at any time) ─► Register
//! ```
//!
//! Whether a waiver counts for a finding at a moment is in `waiving`.

mod kept;
mod record;
mod rules;
mod sections;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::finding::{Engine, Fingerprint, Severity};

use super::PolicyError;
use super::source::Source;
use super::value::Word;

pub use kept::{read_kept, to_kept};
pub use rules::LONGEST_DEFERRAL_DAYS;
pub use write::{PREAMBLE, insert, write_section};

use sections::Section;

/// A register that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    /// How messages call the file.
    pub file: String,
    /// The waivers, in the order of the text.
    pub waivers: Vec<Waiver>,
}

/// A recorded, dated exception for a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// Its id, `w-` and eight hexadecimal digits.
    pub id: String,
    /// What it is about, as its heading says.
    pub title: String,
    /// The finding.
    pub finding: Waived,
    /// Where it holds.
    pub scope: Scope,
    /// How bad the finding is.
    pub severity: Severity,
    /// Why it may stay.
    pub reason: Reason,
    /// What keeps it from doing harm.
    pub mitigation: Option<String>,
    /// The day by which it is to be fixed.
    pub fix_by: Option<Date>,
    /// Who has made sure that a secret is none, and how.
    pub verified: Option<Verified>,
    /// Who asks for it.
    pub requested: Request,
    /// Who has agreed.
    pub approved: Vec<Agreement>,
    /// The last day on which it holds.
    pub expires: Date,
    /// The file of another tool that it was taken over from.
    pub imported: Option<String>,
    /// Why, in prose.
    pub rationale: String,
    /// The line of the heading.
    pub line: u32,
}

/// Which finding a waiver is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waived {
    /// The engine that found it.
    pub engine: Engine,
    /// The id of the rule or of the advisory.
    pub id: String,
    /// Other ids of the same advisory.
    pub aliases: Vec<String>,
    /// The package concerned, in small letters.
    pub package: Option<String>,
    /// What identifies the finding.
    pub fingerprint: Option<Fingerprint>,
}

/// Where a waiver holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// The files, as globs; empty for all.
    pub paths: Vec<String>,
    /// The versions of the package, each exact; empty for all.
    pub versions: Vec<String>,
}

/// Why a finding may stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// It is none.
    FalsePositive,
    /// It can do no harm here.
    NotExploitable,
    /// The fix breaks an interface and waits for the next major release.
    DeferredBreaking,
    /// The update is blocked by another package.
    BlockedDependency,
    /// The risk is known and carried.
    AcceptedRisk,
}

impl Word for Reason {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("false-positive", Self::FalsePositive),
        ("not-exploitable", Self::NotExploitable),
        ("deferred-breaking", Self::DeferredBreaking),
        ("blocked-dependency", Self::BlockedDependency),
        ("accepted-risk", Self::AcceptedRisk),
    ];
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 5] = [
        Self::FalsePositive,
        Self::NotExploitable,
        Self::DeferredBreaking,
        Self::BlockedDependency,
        Self::AcceptedRisk,
    ];

    /// Returns the name used in the register and on the command line.
    pub fn name(self) -> &'static str {
        self.word()
    }

    /// Returns whether it has to say what keeps the finding from doing harm.
    pub fn needs_mitigation(self) -> bool {
        matches!(self, Self::NotExploitable | Self::AcceptedRisk)
    }

    /// Returns whether it has to say by when the finding is fixed.
    pub fn needs_fix_by(self) -> bool {
        matches!(self, Self::DeferredBreaking | Self::BlockedDependency)
    }
}

/// Who has made sure that a secret is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Who.
    pub by: String,
    /// How.
    pub how: String,
}

/// Who asks for a waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Who.
    pub by: String,
    /// When.
    pub on: Date,
    /// Where it is discussed.
    pub pr: Option<String>,
}

/// Somebody's agreement to a waiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Who.
    pub by: String,
    /// In which role.
    pub role: Option<String>,
    /// When.
    pub on: Date,
    /// Where the agreement can be read.
    pub reference: Option<String>,
}

/// An agreement together with all that it agrees to: if the waiver is edited, it is another one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AgreementKey {
    /// The id of the waiver.
    pub waiver: String,
    /// The digest of the waiver without its agreements.
    pub content: String,
    /// Who agrees, as written.
    pub by: String,
}

impl Waiver {
    /// Returns the digest of all that an agreement agrees to.
    pub fn content(&self) -> String {
        let bare = Self {
            approved: Vec::new(),
            ..self.clone()
        };
        super::digest(&[write_section(&bare).as_bytes()])
    }

    /// Returns whether two waivers are about the same, so that one of them is too much.
    pub fn is_about_the_same(&self, other: &Self) -> bool {
        self.subject() == other.subject()
    }

    /// Returns what it is about.
    fn subject(&self) -> impl Ord + '_ {
        let Waived {
            engine,
            id,
            package,
            fingerprint,
            ..
        } = &self.finding;
        (
            *engine,
            fingerprint.is_none().then_some((id, package)),
            *fingerprint,
            &self.scope.paths,
            &self.scope.versions,
        )
    }
}

impl Register {
    /// Returns every agreement with what it agrees to.
    pub fn agreements(&self) -> Vec<AgreementKey> {
        let of = |waiver: &Waiver| {
            let (id, content) = (waiver.id.clone(), waiver.content());
            let key = move |agreement: &Agreement| AgreementKey {
                waiver: id.clone(),
                content: content.clone(),
                by: agreement.by.clone(),
            };
            waiver.approved.iter().map(key).collect::<Vec<_>>()
        };
        self.waivers.iter().flat_map(of).collect()
    }
}

/// Reads a register; `name` is its path, for messages.
pub fn parse_register(name: &str, text: &str) -> Result<Register, PolicyError> {
    let (register, errors) = read_register(name, text);
    match errors.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(register),
    }
}

/// Reads what can be read of a register, with everything that is wrong in it, in the order of the text.
pub fn read_register(name: &str, text: &str) -> (Register, Vec<PolicyError>) {
    let (sections, mut errors) = sections::split(name, text, 1);
    let mut register = Register {
        file: name.to_owned(),
        waivers: Vec::with_capacity(sections.len()),
    };
    for section in &sections {
        match read_section(name, section) {
            Ok(waiver) => register.waivers.push(waiver),
            Err(error) => errors.push(error),
        }
    }
    errors.extend(disorder(name, &sections));
    errors.extend(repetitions(&register));
    errors.sort_by_key(|error| (error.line, error.column));
    (register, errors)
}

/// Reads what can be read of these waivers of a register.
pub fn read_waivers(name: &str, text: &str, ids: &BTreeSet<String>) -> Register {
    let (sections, _) = sections::split(name, text, 1);
    let waivers = sections
        .iter()
        .filter(|section| ids.contains(section.id()))
        .filter_map(|section| read_section(name, section).ok());
    Register {
        file: name.to_owned(),
        waivers: waivers.collect(),
    }
}

fn read_section(file: &str, section: &Section<'_>) -> Result<Waiver, PolicyError> {
    let wrong_heading = |message: String| PolicyError {
        column: 4,
        ..Source::part(file, section.heading, section.line).fail(
            0,
            message,
            Some("`## w-1a2b3c4d: what it is about`; `gate-hook waiver new` writes one".to_owned()),
        )
    };
    let (id, title) = section
        .heading
        .split_once(':')
        .unwrap_or((section.heading, ""));
    if !rules::is_id(id) {
        return Err(wrong_heading(format!(
            "the heading `{}` does not begin with the id of a waiver",
            crate::finding::printable(section.heading)
        )));
    }
    if title.trim().is_empty() {
        return Err(wrong_heading(format!(
            "waiver {id} does not say what it is about"
        )));
    }
    let Some((block, line)) = section.block else {
        let hint = "a block that begins with ```toml and ends with ```".to_owned();
        return Err(PolicyError {
            column: 1,
            hint: Some(hint),
            ..wrong_heading(format!("waiver {id} has no block of TOML"))
        });
    };
    let rationale = section.prose.join("\n").trim().to_owned();
    let head = record::Head {
        id,
        title: title.trim(),
        line: section.line,
        rationale,
    };
    record::read(file, block, line, head)
}

fn wrong_section(file: &str, line: u32, message: String, hint: &str) -> PolicyError {
    PolicyError {
        file: file.to_owned(),
        line,
        column: 1,
        message,
        hint: Some(hint.to_owned()),
    }
}

/// Finds ids given twice and sections out of order.
fn disorder(file: &str, sections: &[Section<'_>]) -> Vec<PolicyError> {
    let headings: Vec<(&str, u32)> = sections
        .iter()
        .map(|section| (section.id(), section.line))
        .filter(|(id, _)| rules::is_id(id))
        .collect();
    let mut errors = Vec::new();
    for pair in headings.windows(2) {
        let [(before, _), (id, line)] = pair else {
            continue;
        };
        if id == before {
            let message = format!("two waivers have the id {id}");
            errors.push(wrong_section(file, *line, message, "remove one of them"));
        } else if id < before {
            let message = format!("waiver {id} stands behind {before}");
            let hint = "sections are sorted by id, so that branches merge";
            errors.push(wrong_section(file, *line, message, hint));
        }
    }
    errors
}

/// Finds findings waived twice.
fn repetitions(register: &Register) -> Vec<PolicyError> {
    let mut errors = Vec::new();
    let mut seen: BTreeMap<_, &str> = BTreeMap::new();
    for waiver in &register.waivers {
        let what = waiver.subject();
        match seen.get(&what) {
            Some(&first) if first != waiver.id => {
                let message = format!("waiver {} covers what {first} covers", waiver.id);
                let hint = "keep one of them";
                errors.push(wrong_section(&register.file, waiver.line, message, hint));
            }
            _ => {
                seen.insert(what, &waiver.id);
            }
        }
    }
    errors
}
