//! Poetry's own way to write versions (`^1.2`, `~1.2`, `1.2.*`, `1.2`, `*`) as PEP 440 specifiers.

use std::str::FromStr;

use pep440_rs::{Operator, Version, VersionSpecifier};

use crate::audit::specifier::{Clause, Specifiers};

/// Reads a constraint; alternatives stand between `||` or `|`.
pub(super) fn parse(text: &str) -> Option<Specifiers> {
    let several: Option<Vec<Specifiers>> = text
        .split('|')
        .map(str::trim)
        .enumerate()
        // `||` leaves an empty piece in its middle.
        .filter(|(at, piece)| *at == 0 || !piece.is_empty())
        .map(|(_, piece)| alternative(piece))
        .collect();
    several.map(Specifiers::any)
}

fn alternative(text: &str) -> Option<Specifiers> {
    let mut clauses = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        // Clauses are separated by commas or by blanks; a blank may also stand behind an operator.
        let operator = rest
            .find(|c: char| !matches!(c, '<' | '>' | '=' | '!' | '~' | '^'))
            .unwrap_or(rest.len());
        let version = rest[operator..].trim_start();
        let start = rest.len() - version.len();
        let end = version
            .find([',', ' ', '\t'])
            .map_or(rest.len(), |end| start + end);
        clauses.extend(clause(&rest[..operator], &rest[start..end])?);
        rest = rest[end..].trim_start_matches([',', ' ', '\t']);
    }
    Some(Specifiers::all(clauses))
}

fn clause(operator: &str, text: &str) -> Option<Vec<Clause>> {
    if text == "*" && matches!(operator, "" | "==" | ">=") {
        return Some(Vec::new());
    }
    match operator {
        "^" => {
            let version = Version::from_str(text).ok()?;
            let release = version.release();
            // The first part that is not zero may not change; of `0.0` the last that is written.
            let at = release
                .iter()
                .position(|&part| part != 0)
                .unwrap_or(release.len() - 1);
            between(version.clone(), at)
        }
        "~" => {
            let version = Version::from_str(text).ok()?;
            let at = usize::from(version.release().len() > 1);
            between(version, at)
        }
        "" => Some(vec![Clause::parse(&format!("=={text}"))?]),
        "=" => Some(vec![Clause::parse(&format!("=={text}"))?]),
        operator => Some(vec![Clause::parse(&format!("{operator}{text}"))?]),
    }
}

/// Admits a version and what follows it, up to the next one at a part of its release.
fn between(version: Version, at: usize) -> Option<Vec<Clause>> {
    let mut release: Vec<u64> = version.release()[..=at].to_vec();
    release[at] = release[at].checked_add(1)?;
    let end = Version::new(release).with_epoch(version.epoch());
    let clause = |operator, version| {
        VersionSpecifier::from_version(operator, version)
            .ok()
            .map(Clause::Compare)
    };
    Some(vec![
        clause(Operator::GreaterThanEqual, version)?,
        clause(Operator::LessThan, end)?,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_versions_is_understood() {
        for (text, expected) in [
            ("^1.2.3", ">=1.2.3,<2"),
            ("^0.2.3", ">=0.2.3,<0.3"),
            ("^0.0.3", ">=0.0.3,<0.0.4"),
            ("^0.0", ">=0.0,<0.1"),
            ("^0", ">=0,<1"),
            ("^ 1.2", ">=1.2,<2"),
            ("~1.2.3", ">=1.2.3,<1.3"),
            ("~1.2", ">=1.2,<1.3"),
            ("~1", ">=1,<2"),
            ("~=1.2", "~=1.2"),
            ("1.2.*", "==1.2.*"),
            ("1.2.3", "==1.2.3"),
            ("==1.2.3", "==1.2.3"),
            ("=1.2", "==1.2"),
            ("*", ""),
            ("", ""),
            (">=1.0,<2.0", ">=1.0,<2.0"),
            (">= 1.0 < 2.0", ">=1.0,<2.0"),
            ("^1.0 || ^2.0", ">=1.0,<2 || >=2.0,<3"),
            ("<1|>2", "<1 || >2"),
        ] {
            let read = parse(text).map(|specifiers| specifiers.to_string());
            assert_eq!(read.as_deref(), Some(expected), "{text}");
        }
        for wrong in [
            "^",
            "^x",
            "latest",
            ">=",
            "^18446744073709551615",
            "=>1",
            "\0",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(
            parse("1.2.3").unwrap().pin(),
            Some(&"1.2.3".parse().unwrap())
        );
    }
}
