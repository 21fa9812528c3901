//! How severe a finding is, or how sure.

/// How severe, or how sure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Level {
    Undefined,
    Low,
    Medium,
    High,
}

impl Level {
    /// Every level, from the least.
    pub const ALL: [Self; 4] = [Self::Undefined, Self::Low, Self::Medium, Self::High];
    /// What a finding of each level adds to the score of a file.
    pub(super) const WEIGHTS: [u64; 4] = [1, 3, 5, 10];

    /// Returns the name that machines read.
    pub fn name(self) -> &'static str {
        match self {
            Self::Undefined => "UNDEFINED",
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
        }
    }

    /// Returns the name that people read.
    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Undefined => "Undefined",
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
        }
    }
}
