//! The tests of a scan, arranged so that a node is only shown to those that it can concern.

use std::borrow::Cow;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::check::{self, Callee, Listed, On, Test};
use super::settings::{Settings, TestSet};

/// The tests that run, by what they look at, each group in the order in which the reference tool runs them.
pub(super) struct Plan {
    pub(super) asserts: Vec<&'static Test>,
    pub(super) calls: Vec<&'static Test>,
    pub(super) strings: Vec<&'static Test>,
    pub(super) functions: Vec<&'static Test>,
    pub(super) handlers: Vec<&'static Test>,
    pub(super) files: Vec<&'static Test>,
    pub(super) listed_imports: Vec<(&'static Test, &'static Listed)>,
    listed_calls: FxHashMap<&'static str, &'static Test>,
    /// The last components of names, each with the tests of `calls` that it concerns, one bit each.
    by_name: FxHashMap<Cow<'static, str>, u64>,
    /// Tests of every call that has keyword arguments.
    with_keywords: u64,
    /// Tests of names that contain something.
    containing: Vec<(&'static str, u64)>,
    /// The tests whose findings are reported; others only say what must not be shown.
    pub(super) reported: TestSet,
}

/// About how many names the tests know.
const NAMES: usize = 256;

/// The bit of the lists in the sets of tests that a call concerns.
pub(super) const LISTED: u64 = 1 << 63;

impl Plan {
    /// Arranges the tests of these settings.
    pub(super) fn new(settings: &Settings) -> Self {
        let runs = |test: &Test| settings.tests.contains(test) || find_passwords(test);
        let mut tests: Vec<&'static Test> = check::tests().filter(|test| runs(test)).collect();
        let (listed_calls, listed_imports) = lists(&tests);
        // The reference tool runs the tests of a node in the order of their names.
        tests.sort_by_key(|test| test.name);
        let of = |kind: fn(&On) -> bool| -> Vec<&'static Test> {
            tests
                .iter()
                .copied()
                .filter(|test| kind(&test.on))
                .collect()
        };
        let mut plan = Self {
            asserts: of(|on| matches!(on, On::Assert(_))),
            calls: of(|on| matches!(on, On::Call(..))),
            strings: of(|on| matches!(on, On::Str(_))),
            functions: of(|on| matches!(on, On::Function(_))),
            handlers: of(|on| matches!(on, On::Handler(_))),
            files: of(|on| matches!(on, On::File(_))),
            listed_imports,
            listed_calls,
            by_name: FxHashMap::with_capacity_and_hasher(NAMES, FxBuildHasher),
            with_keywords: 0,
            containing: Vec::new(),
            reported: settings.tests,
        };
        plan.index(settings, &tests);
        plan
    }

    fn index(&mut self, settings: &Settings, tests: &[&Test]) {
        let by_name = &mut self.by_name;
        let mut fixed = |names: &[&'static str], bit: u64| {
            for name in names {
                *by_name.entry(Cow::Borrowed(last(name))).or_default() |= bit;
            }
        };
        let mut given: Vec<(&String, u64)> = Vec::new();
        for (position, test) in self.calls.iter().enumerate() {
            let bit = 1 << position;
            let On::Call(callee, _) = &test.on else {
                continue;
            };
            match callee {
                Callee::Named(names) => fixed(names, bit),
                Callee::Containing(part) => self.containing.push((part, bit)),
                Callee::AnyWithKeywords => self.with_keywords |= bit,
                Callee::Shell => {
                    let shell = &settings.options.shell_injection;
                    let lists = [&shell.subprocess, &shell.shell, &shell.no_shell];
                    let all = lists.into_iter().flatten().flatten();
                    given.extend(all.map(|name| (name, bit)));
                }
                Callee::Markup(names) => {
                    let more = &settings.options.markupsafe_xss.extend_markup_names;
                    fixed(names, bit);
                    given.extend(more.iter().map(|name| (name, bit)));
                }
            }
        }
        let lists = tests.iter().filter_map(|test| match &test.on {
            On::ListedCall(list) | On::ListedImport(list) => Some(list.names),
            _ => None,
        });
        for names in lists {
            fixed(names, LISTED);
            fixed(&["import_module", "__import__"], LISTED);
        }
        for (name, bit) in given {
            let name = last(name);
            match self.by_name.get_mut(name) {
                Some(bits) => *bits |= bit,
                None => drop(self.by_name.insert(Cow::Owned(name.to_owned()), bit)),
            }
        }
    }

    /// Returns the tests that a call concerns, one bit each: `calls` from the lowest on, then [`LISTED`].
    pub(super) fn concerned(&self, last_name: &str, has_keywords: bool) -> u64 {
        let mut tests = self.by_name.get(last_name).copied().unwrap_or_default();
        if has_keywords {
            tests |= self.with_keywords;
        }
        for (part, bit) in &self.containing {
            let part = part.as_bytes();
            let mut windows = last_name.as_bytes().windows(part.len());
            if windows.any(|window| window[0] == part[0] && window == part) {
                tests |= bit;
            }
        }
        tests
    }

    /// Returns the list that has this qualified name.
    pub(super) fn listed(&self, qualname: &str) -> Option<&'static Test> {
        self.listed_calls.get(qualname).copied()
    }
}

/// Returns the last component of a qualified name.
fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// Returns whether a test finds passwords: these always run, so that no report shows one.
fn find_passwords(test: &Test) -> bool {
    matches!(test.id(), "B105" | "B106" | "B107")
}

type Lists = (
    FxHashMap<&'static str, &'static Test>,
    Vec<(&'static Test, &'static Listed)>,
);

/// Arranges the lists: all names that may be called, and the lists of imports in the order of their ids.
fn lists(tests: &[&'static Test]) -> Lists {
    let mut calls = FxHashMap::with_capacity_and_hasher(NAMES, FxBuildHasher);
    let mut imports = Vec::new();
    for &test in tests {
        match &test.on {
            On::ListedCall(list) => calls.extend(list.names.iter().map(|&name| (name, test))),
            On::ListedImport(list) => {
                imports.push((test, list));
                calls.extend(list.names.iter().map(|&name| (name, test)));
            }
            _ => {}
        }
    }
    (calls, imports)
}
