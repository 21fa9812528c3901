//! Which versions an open requirement admits, as intervals; exceptions (`!=`) are not taken out.

use pep440_rs::{Operator, VersionSpecifier};

use super::ranges::{End, Interval, zero};
use super::specifier::{Clause, Specifiers};
use super::version::{Key, key_of};

/// Returns the intervals that a specifier spans, one for each of its alternatives; nothing where it cannot be read.
pub(super) fn admitted(specifier: &str) -> Option<Vec<Interval>> {
    let specifiers = Specifiers::parse(specifier)?;
    if specifiers.is_empty() {
        return Some(vec![whole()]);
    }
    Some(
        specifiers
            .alternatives()
            .iter()
            .map(|clauses| span(clauses))
            .collect(),
    )
}

/// Returns the lowest version that a requirement names as admitted, if it names one.
pub(super) fn floor(specifier: &str) -> Option<String> {
    let specifiers = Specifiers::parse(specifier)?;
    let [clauses] = specifiers.alternatives() else {
        return None;
    };
    compared(clauses)
        .filter(|specifier| {
            matches!(
                specifier.operator(),
                Operator::GreaterThanEqual | Operator::TildeEqual
            )
        })
        .map(VersionSpecifier::version)
        .max()
        .map(ToString::to_string)
}

fn whole() -> Interval {
    Interval {
        from: None,
        to: End::Open,
    }
}

fn compared(clauses: &[Clause]) -> impl Iterator<Item = &VersionSpecifier> {
    clauses.iter().filter_map(|clause| match clause {
        Clause::Compare(specifier) => Some(specifier),
        Clause::Text(_) => None,
    })
}

fn span(clauses: &[Clause]) -> Interval {
    let mut span = whole();
    for specifier in compared(clauses) {
        let (from, to) = bounds(specifier);
        span.from = span.from.max(from);
        if let Some(to) = to
            && ends_before(&to, &span.to)
        {
            span.to = to;
        }
    }
    span
}

/// Returns whether every version of one interval lies in another.
pub(super) fn lies_in<K: AsRef<[u8]>>(inner: &Interval, outer: &Interval<K>) -> bool {
    let begins = match (&inner.from, &outer.from) {
        (_, None) => true,
        (_, Some(outer)) if outer.as_ref() == zero() => true,
        (None, Some(_)) => false,
        (Some(inner), Some(outer)) => inner.as_slice() >= outer.as_ref(),
    };
    begins
        && match (&inner.to, &outer.to) {
            (_, End::Open) => true,
            (End::Open, _) => false,
            (End::Before(inner) | End::Through(inner), End::Through(outer)) => {
                inner.as_slice() <= outer.as_ref()
            }
            (End::Before(inner), End::Before(outer)) => inner.as_slice() <= outer.as_ref(),
            (End::Through(inner), End::Before(outer)) => inner.as_slice() < outer.as_ref(),
        }
}

fn ends_before(one: &End, other: &End) -> bool {
    match (one, other) {
        (_, End::Open) => true,
        (End::Open, _) => false,
        (End::Before(one), End::Through(other)) => one <= other,
        (End::Before(one) | End::Through(one), End::Before(other) | End::Through(other)) => {
            one < other
        }
    }
}

fn bounds(specifier: &VersionSpecifier) -> (Option<Key>, Option<End>) {
    let version = specifier.version();
    let here = || key_of(version);
    let first = |version: pep440_rs::Version| key_of(&version.with_dev(Some(0)));
    // The first version that no longer begins with these numbers.
    let behind = |numbers: &[u64]| {
        let mut numbers = numbers.to_vec();
        if let Some(last) = numbers.last_mut() {
            *last = last.saturating_add(1);
        }
        first(pep440_rs::Version::new(numbers).with_epoch(version.epoch()))
    };
    let release = version.release();
    match specifier.operator() {
        Operator::Equal | Operator::ExactEqual => (Some(here()), Some(End::Through(here()))),
        Operator::EqualStar => (
            Some(first(version.only_release().with_epoch(version.epoch()))),
            Some(End::Before(behind(release))),
        ),
        Operator::TildeEqual => {
            let series = &release[..release.len().saturating_sub(1)];
            (Some(here()), Some(End::Before(behind(series))))
        }
        Operator::LessThan if version.any_prerelease() => (None, Some(End::Before(here()))),
        Operator::LessThan => (None, Some(End::Before(first(version.clone())))),
        Operator::LessThanEqual => (None, Some(End::Through(here()))),
        Operator::GreaterThan | Operator::GreaterThanEqual => (Some(here()), None),
        Operator::NotEqual | Operator::NotEqualStar => (None, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::version::key;

    fn check(specifier: &str, version: &str, inside: bool) {
        let key = key(version).unwrap();
        let spans = admitted(specifier).unwrap();
        let found = spans.iter().any(|span| span.contains(&key, false));
        assert_eq!(found, inside, "{version} in {specifier}");
    }

    #[test]
    fn a_specifier_spans_an_interval() {
        for (specifier, inside, outside) in [
            (">=2,<3", "2.9", "3.0rc1"),
            ("~=2.2", "2.9", "3.0.dev0"),
            ("~=2.2.1", "2.2.9", "2.3"),
            ("==2.2.*", "2.2rc1", "2.3"),
            ("<=2.0", "2.0", "2.0.post1"),
            (">1,!=1.5", "1.5", "0.9"),
            ("===1.0", "1.0", "1.1"),
        ] {
            check(specifier, inside, true);
            check(specifier, outside, false);
        }
        check("", "1.0", true);
        check("<1 || >=2", "2.1", true);
        check("<1 || >=2", "1.5", false);
        assert_eq!(admitted("spam"), None);
        assert_eq!(floor(">=1.2,<2").as_deref(), Some("1.2"));
        assert_eq!(floor("<2"), None);
    }

    #[test]
    fn an_interval_lies_in_another_or_does_not() {
        let affected = |specifier: &str| admitted(specifier).unwrap().remove(0);
        assert!(lies_in(&affected(">=2,<2.5"), &affected(">=2,<2.5")));
        assert!(lies_in(&affected("<2.5"), &affected("<2.5")));
        assert!(!lies_in(&affected("<=2.5"), &affected("<2.5")));
        assert!(!lies_in(&affected(">=2"), &affected(">=2,<9")));
        assert!(!lies_in(&affected("<2"), &affected(">=1,<3")));
    }
}
