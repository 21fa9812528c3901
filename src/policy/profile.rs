//! The profiles: named sets of defaults that the keys of a policy refine.

use super::Action::{self, Block, Info, Review, Warn};
use super::value::Word;

/// A named set of defaults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Profile {
    /// The Security Gate Policy: what is critical or high blocks, the rest warns.
    Phased,
    /// The Security Policy: medium blocks as well, findings in development-only dependencies warn.
    Strict,
    /// Nothing blocks.
    Observe,
}

impl Word for Profile {
    const WORDS: &'static [(&'static str, Self)] = &[
        ("phased", Self::Phased),
        ("strict", Self::Strict),
        ("observe", Self::Observe),
    ];
}

impl Profile {
    /// Every profile, the default first.
    pub const ALL: [Self; 3] = [Self::Phased, Self::Strict, Self::Observe];

    /// Returns the name used in the policy and on the command line.
    pub fn name(self) -> &'static str {
        self.word()
    }

    /// Returns what verdicts call a default of this profile.
    pub(super) fn origin(self) -> String {
        format!("profile {} (built in)", self.name())
    }

    pub(super) fn defaults(self) -> &'static Defaults {
        match self {
            Self::Phased => &PHASED,
            Self::Strict => &STRICT,
            Self::Observe => &OBSERVE,
        }
    }
}

/// The actions in which the profiles differ.
pub(super) struct Defaults {
    pub(super) credential: Action,
    pub(super) keyword: Action,
    /// High, medium, low.
    pub(super) bandit: [Action; 3],
    /// Critical, high, medium, low.
    pub(super) audit: [Action; 4],
    /// All levels of development-only dependencies, or nothing where they are as the others.
    pub(super) dev: Option<Action>,
}

static PHASED: Defaults = Defaults {
    credential: Block,
    keyword: Review,
    bandit: [Block, Warn, Info],
    audit: [Block, Block, Warn, Warn],
    dev: None,
};

static STRICT: Defaults = Defaults {
    credential: Block,
    keyword: Review,
    bandit: [Block, Block, Warn],
    audit: [Block, Block, Block, Warn],
    dev: Some(Warn),
};

static OBSERVE: Defaults = Defaults {
    credential: Warn,
    keyword: Warn,
    bandit: [Warn, Warn, Info],
    audit: [Warn, Warn, Warn, Warn],
    dev: Some(Warn),
};
