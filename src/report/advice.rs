//! The ways on from a blocked change: fix it, allow it, waive it, override it, read more. Words and commands, no layout.

use super::{Activity, Report, Situation};
use crate::finding::{Category, Place, RepoPath, printable};
use crate::input::CommitInfo;
use crate::policy::{Judged, OVERRIDES_DIR};

/// One way on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// Its name, one word.
    pub label: &'static str,
    /// What it does; empty where the command says it all.
    pub words: String,
    /// Commands (or, to allow, a comment) that can be copied.
    pub commands: Vec<String>,
}

/// Returns the ways on from these blocking findings.
pub(super) fn ways(report: &Report, blocking: &[&Judged]) -> Vec<Way> {
    let situation = &report.situation;
    let mut ways = vec![fix(situation, blocking)];
    ways.extend(allow(situation, blocking));
    ways.extend(waive(situation, blocking));
    ways.extend(override_it(situation));
    if let Some(first) = blocking.first() {
        let command = format!("gate-hook explain {}", first.detected.finding.fingerprint);
        ways.push(Way {
            label: "explain",
            words: String::new(),
            commands: vec![command],
        });
    }
    ways
}

/// Returns the way on where something could not be looked at.
pub(super) fn diagnose() -> Way {
    let words = "nothing passes unseen; see what stands in the way:".to_owned();
    Way {
        label: "diagnose",
        words,
        commands: vec!["gate-hook doctor".to_owned()],
    }
}

/// Returns the command that lists all findings, where there is one.
pub(super) fn list_command(situation: &Situation) -> Option<&str> {
    match (&situation.list_command, situation.activity) {
        (Some(command), _) => Some(command),
        (None, Activity::Commit) => Some("gate-hook scan --staged"),
        (None, _) => None,
    }
}

fn fix(situation: &Situation, blocking: &[&Judged]) -> Way {
    let committed = blocking
        .iter()
        .any(|judged| judged.detected.commit.is_some());
    let (cure, removal) = cure(blocking);
    let (words, commands) = match situation.activity {
        Activity::Look => (format!("{cure}{removal}"), Vec::new()),
        Activity::Commit => (
            format!("{cure}{removal}, and commit again"),
            add(situation, blocking),
        ),
        Activity::Push | Activity::Receive | Activity::Ci if committed => (
            format!("{cure}, then edit the commit and push again"),
            rebase(situation, blocking),
        ),
        Activity::Push | Activity::Receive | Activity::Ci => {
            (format!("{cure}{removal}, and push again"), Vec::new())
        }
    };
    let colon = if commands.is_empty() { "" } else { ":" };
    Way {
        label: "fix",
        words: format!("{words}{colon}"),
        commands,
    }
}

/// Returns what puts the findings right, in two parts: what comes first, and what takes them out of a file.
fn cure(blocking: &[&Judged]) -> (&'static str, &'static str) {
    let number = |category| {
        blocking
            .iter()
            .filter(|judged| judged.detected.finding.rule.category == category)
            .count()
    };
    let all = |category| number(category) == blocking.len();
    match number(Category::Credential) {
        1 if blocking.len() == 1 => ("revoke the credential first", ", then remove it"),
        1.. => ("revoke the credentials first", ", then remove them"),
        0 if all(Category::Keyword) => {
            ("read the value from the environment or a secret store", "")
        }
        0 if all(Category::Code) => ("change the code", ""),
        0 if all(Category::Dependency) => ("move to a version without the vulnerability", ""),
        0 if all(Category::Unpinned) => ("pin the version", ""),
        0 => ("put it right", ""),
    }
}

/// Returns the command that stages the repaired files.
fn add(situation: &Situation, blocking: &[&Judged]) -> Vec<String> {
    if situation.activity != Activity::Commit {
        return Vec::new();
    }
    let mut paths: Vec<&RepoPath> = Vec::new();
    for judged in blocking {
        if let Place::File(path) = &judged.detected.finding.location.place
            && !paths.contains(&path)
        {
            paths.push(path);
        }
    }
    let words: Option<Vec<String>> = paths
        .iter()
        .map(|path| shell_word(path, situation.subdirectory))
        .collect();
    match words {
        Some(words) if words.is_empty() => Vec::new(),
        Some(words) if words.len() <= 3 && words.iter().map(String::len).sum::<usize>() <= 200 => {
            vec![format!("git add {}", words.join(" "))]
        }
        _ => vec!["git add --update".to_owned()],
    }
}

/// Returns the command that opens the earliest commit concerned for a change.
fn rebase(situation: &Situation, blocking: &[&Judged]) -> Vec<String> {
    if !matches!(situation.activity, Activity::Push | Activity::Ci) {
        return Vec::new();
    }
    let commits = blocking
        .iter()
        .filter_map(|judged| judged.detected.commit.as_ref());
    let earliest: Option<&CommitInfo> = commits.min_by_key(|commit| commit.time);
    earliest
        .map(|commit| format!("git rebase --interactive {}^", commit.id.short()))
        .into_iter()
        .collect()
}

/// Returns whether it stops until it is reviewed: a comment asks for no more than that.
fn wants_review(judged: &Judged) -> bool {
    let decider = judged.decided_by.first();
    decider.is_some_and(|decider| decider.key.starts_with("unreviewed "))
}

fn allow(situation: &Situation, blocking: &[&Judged]) -> Option<Way> {
    let in_files: Vec<&&Judged> = blocking
        .iter()
        .filter(|judged| matches!(judged.detected.finding.location.place, Place::File(_)))
        .filter(|judged| judged.detected.finding.inline_allow.is_none())
        .filter(|judged| !wants_review(judged))
        .collect();
    let first = in_files.first()?.detected.finding.rule.id;
    let secrets = |judged: &&&Judged| {
        matches!(
            judged.detected.finding.rule.category,
            Category::Credential | Category::Keyword
        )
    };
    if !in_files.iter().all(secrets) {
        return None;
    }
    let one_rule = in_files
        .iter()
        .all(|judged| judged.detected.finding.rule.id == first);
    let rule = if one_rule {
        printable(first)
    } else {
        "<rule>".to_owned()
    };
    let effect = if situation.inline_off {
        ""
    } else {
        " (review, not block)"
    };
    Some(Way {
        label: "allow",
        words: format!("not a secret? say so in a comment on the line{effect}:"),
        commands: vec![format!("gate-hook:allow {rule} <reason>")],
    })
}

/// Returns the command that asks for a waiver of the first finding, with the options that its kind needs.
fn waive(situation: &Situation, blocking: &[&Judged]) -> Option<Way> {
    if matches!(situation.activity, Activity::Look | Activity::Receive) {
        return None;
    }
    let finding = &blocking.first()?.detected.finding;
    let reason = match finding.rule.category {
        Category::Credential | Category::Keyword => "false-positive --verified \"...\"",
        Category::Code => "false-positive",
        Category::Dependency | Category::Unpinned => "not-exploitable --mitigation \"...\"",
    };
    Some(Way {
        label: "waive",
        words: "to let it stay for a time; somebody approves it before the merge:".to_owned(),
        commands: vec![
            format!("gate-hook waiver new --finding {} \\", finding.fingerprint),
            format!("  --reason {reason} --rationale \"...\""),
        ],
    })
}

fn override_it(situation: &Situation) -> Option<Way> {
    let words = match situation.activity {
        Activity::Look => return None,
        Activity::Commit if situation.partial_commit => {
            "in an emergency, on the record; name the record as well:"
        }
        Activity::Commit => "in an emergency, on the record; then commit again:",
        Activity::Push | Activity::Receive | Activity::Ci => {
            "in an emergency, on the record; commit it and push again:"
        }
    };
    let mut commands = vec!["gate-hook override --reason \"...\" --ticket SEC-1".to_owned()];
    if situation.activity == Activity::Commit && situation.partial_commit {
        let record = if situation.subdirectory { ":/" } else { "" };
        commands.push(format!("git commit <path>... {record}{OVERRIDES_DIR}"));
    }
    Some(Way {
        label: "override",
        words: words.to_owned(),
        commands,
    })
}

/// Returns a path as one word of a POSIX shell that git takes for this path only, if that can be written.
fn shell_word(path: &RepoPath, subdirectory: bool) -> Option<String> {
    let text = std::str::from_utf8(path.as_bytes()).ok()?;
    if printable(text) != text || text.contains("##") {
        return None;
    }
    let from_root = match (subdirectory, text.as_bytes().first()?) {
        (true, _) => format!(":/{text}"),
        (false, b'-' | b':') => format!("./{text}"),
        (false, _) => text.to_owned(),
    };
    let plain =
        |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '@' | ',' | ':');
    if from_root.chars().all(plain) {
        return Some(from_root);
    }
    Some(format!("'{}'", from_root.replace('\'', "'\\''")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_one_word_that_means_this_path() {
        let word = |path: &[u8], below| shell_word(&RepoPath::new(path), below);
        assert_eq!(word(b"src/a.py", false).as_deref(), Some("src/a.py"));
        assert_eq!(word(b"src/a.py", true).as_deref(), Some(":/src/a.py"));
        assert_eq!(
            word(b"it's $HOME", false).as_deref(),
            Some("'it'\\''s $HOME'")
        );
        assert_eq!(word(b"-rf", false).as_deref(), Some("./-rf"));
        assert_eq!(word(b":!x", false).as_deref(), Some("'./:!x'"));
        for unspeakable in [&b"a\nb"[..], b"a\xff", b"##[x]"] {
            assert_eq!(word(unspeakable, false), None);
        }
    }
}
