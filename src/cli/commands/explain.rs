//! `gate-hook explain`: explains a rule, a finding of the last run, or a place of it.

use std::fmt::Write as _;

use colored::Colorize as _;

use crate::catalog;
use crate::cli::environment::Stream;
use crate::cli::failure::{Exit, Failure};
use crate::cli::rulebook::Rulebook;
use crate::cli::text::{paragraphs, table};
use crate::cli::{Context, gate, kept, why_not};
use crate::finding::{Fingerprint, SCORE, printable};
use crate::record::last_run::{LastFinding, LastRun};
use crate::rule::RuleMeta;

const EXAMPLES: &str = "\
Examples
  gate-hook explain github-pat          a rule: what it opens, how to revoke it
  gate-hook explain s-5e9de0b7e0ad6131042b
                                        a finding, by its fingerprint
  gate-hook explain src/app.py:12       what the last run found there
  gate-hook explain s-5e9de0b7e0ad6131042b --why
                                        its score: what speaks for it, what against
  gate-hook explain src/app.py --why-not -
                                        why the value typed in is no finding there";

/// Explain a rule, a finding or a place: what, why, how to fix
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// A rule, a fingerprint of the last run, or a place of it (PATH:LINE)
    #[arg(
        value_name = "RULE|FINGERPRINT|PATH:LINE",
        required_unless_present = "why_not"
    )]
    pub subject: Option<String>,
    /// Print the score sheet of the findings
    #[arg(long)]
    pub why: bool,
    /// Say which gates let VALUE go, in the file PATH or PATH:LINE or wherever it stands; `-` reads it from standard input
    #[arg(long, value_name = "VALUE|-", conflicts_with = "why")]
    pub why_not: Option<String>,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    if let Some(value) = &arguments.why_not {
        let text = why_not::gates(context, arguments.subject.as_deref(), value)?;
        context.terminal.result(&text);
        return Ok(Exit::Passed);
    }
    let subject = arguments.subject.as_deref().unwrap_or_default();
    let why = arguments.why;
    let rules = rules(context);
    let text = if let Some(rule) = rules.iter().find(|rule| rule.id == subject) {
        rule_page(context, rule)
    } else if let Ok(fingerprint) = subject.parse::<Fingerprint>() {
        findings(context, &rules, (subject, why), |finding| {
            finding.fingerprint == fingerprint
        })?
    } else if let Some((path, line)) = place(subject) {
        findings(context, &rules, (subject, why), |finding| {
            is_at(finding, path, line)
        })?
    } else {
        return Err(unknown(subject, &rules));
    };
    context.terminal.result(&text);
    Ok(Exit::Passed)
}

/// Returns every rule: the built-in ones and, where a policy around can be read, the team's own.
fn rules(context: &Context) -> Vec<&'static RuleMeta> {
    let mut rules = catalog::rules();
    let root = gate::try_open(context)
        .ok()
        .and_then(|repository| repository.layout().work_tree.clone());
    // A policy that cannot be read keeps nobody from reading the manual.
    if let Ok(rulebook) = Rulebook::from_directory(root.as_deref()) {
        rules.extend(rulebook.custom_rules.iter().map(|rule| rule.meta));
    }
    rules
}

/// Reads `PATH:LINE`, with a column behind it as reports print it or not.
pub(in crate::cli) fn place(subject: &str) -> Option<(&str, u32)> {
    let (head, last) = subject.rsplit_once(':')?;
    let last: u32 = last.parse().ok()?;
    match head.rsplit_once(':') {
        Some((path, line)) if line.parse::<u32>().is_ok() => Some((path, line.parse().ok()?)),
        _ => Some((head, last)),
    }
}

fn is_at(finding: &LastFinding, path: &str, line: u32) -> bool {
    let path = path.strip_prefix("./").unwrap_or(path);
    finding.line == line
        && (finding.path.as_deref() == Some(path) || printable(&finding.place) == path)
}

fn unknown(subject: &str, rules: &[&'static RuleMeta]) -> Failure {
    let shown = printable(subject);
    let near = rules
        .iter()
        .map(|rule| (strsim::damerau_levenshtein(rule.id, subject), rule.id))
        .filter(|(distance, id)| *distance <= 3.max(id.len() / 4))
        .min();
    let holding: Vec<&str> = rules
        .iter()
        .map(|rule| rule.id)
        .filter(|id| id.contains(subject))
        .take(4)
        .collect();
    let hint = match (near, holding.as_slice()) {
        (_, [_, ..]) => format!("did you mean `{}`?", holding.join("`, `")),
        (Some((_, near)), []) => format!("did you mean `{near}`?"),
        (None, []) => {
            "`gate-hook rules` lists the rules; reports show fingerprints and places".to_owned()
        }
    };
    Failure::usage(format!(
        "`{shown}` is neither a rule, nor a fingerprint, nor PATH:LINE"
    ))
    .with_hint(hint)
}

fn strong(context: &Context, text: &str) -> String {
    context
        .terminal
        .paint(Stream::Stdout, text, |text| text.bold().to_string())
}

/// Returns the manual page of a rule.
fn rule_page(context: &Context, rule: &RuleMeta) -> String {
    let width = context.terminal.width();
    let mut text = format!(
        "{}: {}\n\n",
        strong(context, rule.id),
        printable(rule.title)
    );
    let facts = [
        ("engine", rule.engine.name().to_owned()),
        ("severity", rule.severity.name().to_owned()),
        ("decided by", super::rules::threshold(rule).to_owned()),
        ("since", printable(rule.since)),
        (
            "weakness",
            rule.cwe.map(|cwe| format!("CWE-{cwe}")).unwrap_or_default(),
        ),
    ];
    let rows: Vec<Vec<String>> = facts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, value)| vec![format!("  {key}"), value])
        .collect();
    text.push_str(&table(&rows, width));
    text.push('\n');
    text.push_str(&paragraphs(&lines_printable(rule.page), width, 2));
    text.push_str("\n\n");
    for reference in rule.references {
        let _ = writeln!(text, "  {}", printable(reference));
    }
    text
}

/// Escapes a text line by line, so that its paragraphs stay.
fn lines_printable(text: &str) -> String {
    text.lines().map(printable).collect::<Vec<_>>().join("\n")
}

/// Returns what the last run says of the findings that are meant.
fn findings(
    context: &Context,
    rules: &[&'static RuleMeta],
    (subject, why): (&str, bool),
    is_meant: impl Fn(&LastFinding) -> bool,
) -> Result<String, Failure> {
    let repository = gate::open(context)?;
    let run = kept::last_run(&repository.layout().git_dir)?;
    let meant: Vec<&LastFinding> = run
        .findings
        .iter()
        .filter(|finding| is_meant(finding))
        .collect();
    if meant.is_empty() {
        return Err(Failure::usage(format!(
            "the last run ({}, {}) has no finding {}",
            printable(&run.subject),
            run.time.strftime("%Y-%m-%d %H:%M UTC"),
            printable(subject)
        ))
        .with_hint("`gate-hook scan` looks again"));
    }
    let mut text = String::new();
    let mut explained: Vec<&str> = Vec::new();
    for finding in meant {
        describe(&mut text, context, &run, finding);
        if why {
            text.push_str(&sheet(context, finding));
            continue;
        }
        if !explained.contains(&finding.rule.as_str()) {
            explained.push(&finding.rule);
            if let Some(rule) = rules.iter().find(|rule| rule.id == finding.rule) {
                text.push_str(&rule_page(context, rule));
            }
        }
    }
    Ok(text)
}

fn describe(text: &mut String, context: &Context, run: &LastRun, finding: &LastFinding) {
    let place = format!(
        "{}:{}:{}",
        printable(&finding.place),
        finding.line,
        finding.column
    );
    let _ = writeln!(
        text,
        "{}: {} [{}]",
        strong(context, &place),
        printable(&finding.message),
        printable(&finding.rule)
    );
    let _ = writeln!(text, "\n    {}\n", printable(&finding.excerpt));
    let mut rows = vec![
        vec!["  fingerprint".to_owned(), finding.fingerprint.to_string()],
        vec![
            "  rated".to_owned(),
            format!(
                "{} severity, {} confidence",
                finding.severity, finding.confidence
            ),
        ],
        vec!["  decision".to_owned(), finding.action.name().to_owned()],
    ];
    for decider in &finding.decided_by {
        let line = format!(
            "{}, {}",
            printable(&decider.key),
            printable(&decider.origin)
        );
        rows.push(vec!["  because of".to_owned(), line]);
    }
    if let Some(record) = &finding.overridden_by {
        rows.push(vec!["  overridden by".to_owned(), printable(record)]);
    }
    if let Some(commit) = &finding.commit {
        rows.push(vec!["  commit".to_owned(), printable(commit)]);
    }
    rows.extend(
        finding
            .notes
            .iter()
            .filter(|note| !note.starts_with(SCORE))
            .map(|note| vec!["  note".to_owned(), printable(note)]),
    );
    let when = run.time.strftime("%Y-%m-%d %H:%M UTC");
    rows.push(vec![
        "  seen in".to_owned(),
        format!(
            "{}, {when}, policy {}",
            printable(&run.subject),
            printable(&run.policy_digest)
        ),
    ]);
    text.push_str(&table(&rows, context.terminal.width()));
    text.push('\n');
}

/// Returns the score sheet that was kept with a finding.
fn sheet(context: &Context, finding: &LastFinding) -> String {
    let kept = finding
        .notes
        .iter()
        .find_map(|note| note.strip_prefix(SCORE));
    let Some(kept) = kept else {
        return "no score was kept: only the secrets engine weighs what it finds\n\n".to_owned();
    };
    let mut lines = kept.split("; ").map(printable);
    let total = lines.next().unwrap_or_default();
    let mut rows: Vec<Vec<String>> = lines
        .map(|line| {
            let (points, reason) = line.split_once(' ').unwrap_or(("", &line));
            vec![format!("  {points:>3}"), reason.to_owned()]
        })
        .collect();
    let meaning = "the sum, at most 9 before the setting; 7 is sure, 4 is plausible";
    rows.push(vec![format!("  {total:>3}"), meaning.to_owned()]);
    table(&rows, context.terminal.width()) + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_may_have_a_column() {
        assert_eq!(place("src/app.py:12"), Some(("src/app.py", 12)));
        assert_eq!(place("src/app.py:12:7"), Some(("src/app.py", 12)));
        assert_eq!(place("github-pat"), None);
        assert_eq!(place("a:b"), None);
    }
}
