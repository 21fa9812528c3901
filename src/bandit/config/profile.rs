//! Which tests run: what is asked for, what is left out, and the old way of naming the blacklists.

use std::collections::BTreeSet;

use crate::bandit::check::{self, Test};
use crate::bandit::settings::TestSet;

use super::error::ConfigError;
use crate::finding::printable;

/// The id that stands for all blacklists.
const BLACKLISTS: &str = "B001";

/// The ids that are asked for and those that are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// The tests to run; none means all.
    pub include: BTreeSet<String>,
    /// The tests to leave out.
    pub exclude: BTreeSet<String>,
}

/// What a profile comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The tests that run.
    pub tests: TestSet,
    /// Ids that no test has, safe to print.
    pub unknown: Vec<String>,
}

impl Profile {
    /// Adds comma-separated ids to run and ids to leave out. Blanks belong to the ids.
    pub fn add(&mut self, include: &str, exclude: &str) {
        let ids = |text: &str| -> Vec<String> {
            if text.is_empty() {
                return Vec::new();
            }
            text.split(',').map(str::to_owned).collect()
        };
        self.include.extend(ids(include));
        self.exclude.extend(ids(exclude));
    }

    /// Returns the tests that run. An id that is asked for and left out at once is an error.
    pub fn select(&self) -> Result<Selection, ConfigError> {
        let known = |id: &&String| *id == BLACKLISTS || check::tests().any(|test| test.id() == *id);
        let unknown = self
            .include
            .iter()
            .chain(&self.exclude)
            .filter(|id| !known(id))
            .map(|id| printable(id))
            .collect();
        let both: Vec<&str> = self
            .include
            .intersection(&self.exclude)
            .map(String::as_str)
            .collect();
        if !both.is_empty() {
            return Err(ConfigError::new(format!(
                "asked for and left out at once: {}",
                both.join(", ")
            )));
        }
        let mut tests = TestSet::none();
        for test in check::tests() {
            let asked = self.include.is_empty() || names(&self.include, test);
            if asked && !names(&self.exclude, test) {
                tests.insert(test);
            }
        }
        Ok(Selection { tests, unknown })
    }
}

/// Returns whether the ids name a test. The id for all blacklists counts unless one of them is named as well.
fn names(ids: &BTreeSet<String>, test: &Test) -> bool {
    ids.contains(test.id())
        || (test.is_list()
            && ids.contains(BLACKLISTS)
            && !check::tests().any(|other| other.is_list() && ids.contains(other.id())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn select(include: &str, exclude: &str) -> Option<Vec<&'static str>> {
        let mut profile = Profile::default();
        profile.add(include, exclude);
        let selection = profile.select().ok()?;
        let ids = check::tests().filter(|test| selection.tests.contains(test));
        Some(ids.map(Test::id).collect())
    }

    fn blacklists() -> Vec<&'static str> {
        check::tests()
            .filter(|test| test.is_list())
            .map(Test::id)
            .collect()
    }

    #[test]
    fn the_id_of_all_blacklists_gives_way_to_a_single_one() {
        let all = check::tests().count();
        assert_eq!(select("", "").unwrap().len(), all);
        assert_eq!(select("B001", "").unwrap(), blacklists());
        assert_eq!(select("B001", "B101").unwrap(), blacklists());
        assert_eq!(select("B001,B404", "").unwrap(), ["B404"]);
        assert_eq!(select("B001,B404,B101", "B301").unwrap(), ["B101", "B404"]);
        assert_eq!(select("", "B001,B404").unwrap().len(), all - 1);
        assert_eq!(select("", "B001").unwrap().len(), all - blacklists().len());
        assert_eq!(select("B101,B404", "B001").unwrap(), ["B101"]);
        assert_eq!(
            select("B001", "B404").unwrap().len(),
            blacklists().len() - 1
        );
    }

    #[test]
    fn ids_are_taken_as_they_are_written() {
        assert_eq!(select("B101, B102", "").unwrap(), ["B101"]);
        assert_eq!(select("b101", "").unwrap(), [""; 0]);
        assert_eq!(select("B101", "B101"), None);
        let mut profile = Profile::default();
        profile.add("B101,assert_used", "B9\n9");
        assert_eq!(profile.select().unwrap().unknown, ["assert_used", "B9\\n9"]);
    }
}
