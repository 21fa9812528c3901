//! How bad an advisory is, from what its records say.
//!
//! Comes in: CVSS vectors and labels. Goes out: a rating with its source. The highest candidate of all
//! records that describe one weakness counts. A vector that lacks a mandatory metric is no candidate: the
//! calculation would give it a low score, and a gate would let it pass.

use std::str::FromStr as _;

use cvss::Cvss;
use rustc_hash::FxHashMap;

use crate::finding::Severity;

/// What one source says about an advisory. The greater counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Rating {
    /// The rating.
    pub(crate) severity: Severity,
    /// The score in tenths, where the source is a vector.
    pub(crate) tenths: u8,
    /// Where the rating is from, for example `CVSS 3.1 score 9.8 in GHSA-…`.
    pub(crate) source: String,
}

/// Rates CVSS vectors, each once: records have few of them in common, and those again and again.
#[derive(Debug, Default)]
pub(crate) struct Scores(FxHashMap<String, Option<Score>>);

/// What a vector comes to.
#[derive(Debug, Clone, Copy)]
struct Score {
    version: &'static str,
    score: f64,
}

impl Scores {
    /// Returns the rating that a CVSS vector stands for; nothing where it is incomplete or unknown.
    pub(crate) fn of_vector(&mut self, vector: &str, record: &str) -> Option<Rating> {
        if !self.0.contains_key(vector) {
            self.0.insert(vector.to_owned(), Score::of(vector));
        }
        let Score { version, score } = (*self.0.get(vector)?)?;
        Some(Rating {
            severity: on_the_common_scale(score),
            tenths: (score * 10.0).round() as u8,
            source: format!("CVSS {version} score {score:.1} in {record}"),
        })
    }
}

impl Score {
    fn of(vector: &str) -> Option<Self> {
        let (version, mandatory): (_, &[&str]) = match vector.split_once('/')?.0 {
            "CVSS:3.0" => ("3.0", V3),
            "CVSS:3.1" => ("3.1", V3),
            "CVSS:4.0" => ("4.0", V4),
            prefix if prefix.starts_with("CVSS:") => return None,
            _ => ("2.0", V2),
        };
        if !mandatory.iter().all(|metric| states(vector, metric)) {
            return None;
        }
        let score = Cvss::from_str(vector).ok()?.score();
        Some(Self { version, score })
    }
}

/// Returns the rating that a word stands for, in GitHub's or the common spelling.
pub(crate) fn of_label(label: &str, record: &str) -> Option<Rating> {
    let severity = match label.trim().to_ascii_uppercase().as_str() {
        "LOW" => Severity::Low,
        "MODERATE" | "MEDIUM" => Severity::Medium,
        "HIGH" => Severity::High,
        "CRITICAL" => Severity::Critical,
        _ => return None,
    };
    Some(Rating {
        severity,
        tenths: 0,
        source: format!("label in {record}"),
    })
}

const V2: &[&str] = &["AV", "AC", "Au", "C", "I", "A"];
const V3: &[&str] = &["AV", "AC", "PR", "UI", "S", "C", "I", "A"];
const V4: &[&str] = &[
    "AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA",
];

fn states(vector: &str, metric: &str) -> bool {
    let stated = vector.split('/').filter_map(|part| part.split_once(':'));
    stated.filter(|(name, _)| *name == metric).count() == 1
}

/// Every score counts on the scale of CVSS 3, and no score is harmless.
fn on_the_common_scale(score: f64) -> Severity {
    match score {
        9.0.. => Severity::Critical,
        7.0.. => Severity::High,
        4.0.. => Severity::Medium,
        _ => Severity::Low,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_complete_vector_is_rated_on_one_scale() {
        for (vector, severity, score) in [
            (
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
                Severity::Critical,
                "9.8",
            ),
            (
                "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N",
                Severity::High,
                "7.5",
            ),
            (
                "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N",
                Severity::Low,
                "0.0",
            ),
            ("AV:N/AC:L/Au:N/C:C/I:C/A:C", Severity::Critical, "10.0"),
        ] {
            let rating = Scores::default().of_vector(vector, "X-1").unwrap();
            assert_eq!(rating.severity, severity, "{vector}");
            assert!(rating.source.contains(score), "{}", rating.source);
        }
    }

    #[test]
    fn what_is_no_complete_vector_rates_nothing() {
        for vector in [
            "",
            "7.5",
            "CVSS:3.1/AV:N",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
            "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:5.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        ] {
            let rating = Scores::default().of_vector(vector, "X-1");
            assert_eq!(rating, None, "{vector}");
        }
        assert_eq!(of_label("SEVERE", "X-1"), None);
        assert_eq!(
            of_label("moderate", "X-1").unwrap().severity,
            Severity::Medium
        );
    }
}
