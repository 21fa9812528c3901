//! One line of a script: which scanners it calls, and what makes them fail.

use crate::finding::{Confidence, Severity};

/// A scanner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Tool {
    Bandit,
    PipAudit,
    Safety,
}

impl Tool {
    pub(in crate::cli) fn name(self) -> &'static str {
        match self {
            Self::Bandit => "bandit",
            Self::PipAudit => "pip-audit",
            Self::Safety => "safety",
        }
    }
}

/// One call of a scanner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) struct Call {
    /// The scanner.
    pub(in crate::cli) tool: Tool,
    /// The lowest severity that fails the call.
    pub(in crate::cli) severity: Severity,
    /// The lowest confidence that does.
    pub(in crate::cli) confidence: Confidence,
    /// The tests that are left out.
    pub(in crate::cli) skips: Vec<String>,
    /// The vulnerabilities that are ignored.
    pub(in crate::cli) ignores: Vec<String>,
    /// The configuration file.
    pub(in crate::cli) config: Option<String>,
    /// The variables that may hold further options.
    pub(in crate::cli) unknown: Vec<String>,
    /// Whether nothing that it finds fails the job.
    pub(in crate::cli) lenient: bool,
}

/// Keys whose value is a command.
const COMMAND_KEYS: [&str; 6] = ["run:", "script:", "command:", "entry:", "bash:", "sh:"];
/// Words behind which a scanner's name is not a call.
const MENTIONS: [&str; 10] = [
    "install",
    "add",
    "download",
    "uninstall",
    "echo",
    "which",
    "remove",
    "upgrade",
    "name:",
    "#",
];

/// Returns the calls in one line of a script, of YAML, or of Python that runs commands.
pub(super) fn calls(line: &str) -> Vec<Call> {
    let plain: String = line
        .chars()
        .map(|c| if "\"'()[]{}`".contains(c) { ' ' } else { c })
        .collect();
    let plain = plain
        .replace(';', " ; ")
        .replace("&&", " && ")
        .replace("||", " || ");
    let words: Vec<&str> = plain
        .split_whitespace()
        .map(|word| word.trim_end_matches(','))
        .filter(|word| !word.is_empty())
        .collect();
    let is_operator = |word: &&str| ["&&", "||", ";", "|", "&"].contains(word);
    let mut found = Vec::new();
    let mut start = 0;
    while start < words.len() {
        let length = words[start..].iter().position(is_operator);
        let end = length.map_or(words.len(), |length| start + length);
        let rescued = words.get(end) == Some(&"||")
            && words
                .get(end + 1)
                .is_some_and(|word| ["true", ":", "exit", "echo"].contains(word));
        if let Some(mut call) = call(&words[start..end]) {
            call.lenient |= rescued;
            found.push(call);
        }
        start = end + 1;
    }
    found
}

/// Returns the call that one command is.
fn call(words: &[&str]) -> Option<Call> {
    let words = match words {
        ["-", rest @ ..] => rest,
        all => all,
    };
    let first = words.first()?;
    if first.starts_with('#') || (first.ends_with(':') && !COMMAND_KEYS.contains(first)) {
        return None;
    }
    let (at, tool) = words
        .iter()
        .enumerate()
        .find_map(|(at, word)| Some((at, tool(word)?)))?;
    if words[..at].iter().any(|word| MENTIONS.contains(word)) {
        return None;
    }
    let arguments = &words[at + 1..];
    match tool {
        Tool::Bandit if arguments.is_empty() => None,
        Tool::Safety
            if !arguments
                .iter()
                .any(|word| ["check", "scan"].contains(word)) =>
        {
            None
        }
        _ => Some(read(tool, arguments)),
    }
}

fn tool(word: &str) -> Option<Tool> {
    match word.rsplit('/').next()? {
        "bandit" => Some(Tool::Bandit),
        "pip-audit" | "pip_audit" => Some(Tool::PipAudit),
        "safety" => Some(Tool::Safety),
        _ => None,
    }
}

/// Reads the arguments of a call.
pub(super) fn read(tool: Tool, arguments: &[&str]) -> Call {
    let mut call = Call {
        tool,
        severity: Severity::Low,
        confidence: Confidence::Low,
        skips: Vec::new(),
        ignores: Vec::new(),
        config: None,
        unknown: Vec::new(),
        lenient: false,
    };
    let (mut levels, mut confidences) = (0, 0);
    let mut rest = arguments.iter().copied();
    let mut before = "";
    while let Some(word) = rest.next() {
        let (name, mut value) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value)),
            _ => (word, None),
        };
        let mut value = || value.take().or_else(|| rest.next()).unwrap_or_default();
        match (tool, name) {
            (Tool::Bandit, "--severity-level") => call.severity = severity(value()),
            (Tool::Bandit, "--confidence-level") => call.confidence = confidence(value()),
            (Tool::Bandit, "-s" | "--skip") => call.skips.extend(ids(value())),
            (Tool::Bandit, "-c" | "--configfile") => call.config = Some(value().to_owned()),
            (Tool::Bandit, "--level") => levels += 1,
            (Tool::Bandit, "--confidence") => confidences += 1,
            (Tool::Bandit | Tool::Safety, "--exit-zero" | "--continue-on-error") => {
                call.lenient = true;
            }
            (Tool::Bandit, cluster) if is_cluster(cluster) => {
                levels += cluster.matches('l').count();
                confidences += cluster.matches('i').count();
            }
            (Tool::PipAudit, "--ignore-vuln") | (Tool::Safety, "-i" | "--ignore") => {
                call.ignores.extend(ids(value()));
            }
            (_, variable) if variable.starts_with('$') && !names_a_place(before) => {
                call.unknown.push(variable.to_owned());
            }
            _ => {}
        }
        before = word;
    }
    if levels > 0 {
        call.severity = [Severity::Low, Severity::Medium, Severity::High][levels.min(3) - 1];
    }
    if confidences > 0 {
        call.confidence =
            [Confidence::Low, Confidence::Medium, Confidence::High][confidences.min(3) - 1];
    }
    call
}

/// Returns whether what follows a word is a file, a directory or a format, and no option.
fn names_a_place(word: &str) -> bool {
    let options = [
        "--recursive",
        "-o",
        "--output",
        "-f",
        "--format",
        "-x",
        "--exclude",
    ];
    options.contains(&word) || (is_cluster(word) && word.contains('r'))
}

/// Returns whether a word consists of flags without a value, for example `-rll`.
fn is_cluster(word: &str) -> bool {
    word.strip_prefix('-').is_some_and(|flags| {
        !flags.is_empty() && flags.chars().all(|flag| "rlivdqh".contains(flag))
    })
}

pub(super) fn severity(word: &str) -> Severity {
    match word {
        "high" => Severity::High,
        "medium" => Severity::Medium,
        _ => Severity::Low,
    }
}

pub(super) fn confidence(word: &str) -> Confidence {
    match word {
        "high" => Confidence::High,
        "medium" => Confidence::Medium,
        _ => Confidence::Low,
    }
}

/// Returns the ids of a list with commas.
pub(super) fn ids(list: &str) -> impl Iterator<Item = String> + '_ {
    list.split(',')
        .map(str::trim)
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_spellings_are_understood() {
        for (line, severity, confidence, lenient) in [
            ("bandit -r src", Severity::Low, Confidence::Low, false),
            (
                "      - bandit -r src -ll",
                Severity::Medium,
                Confidence::Low,
                false,
            ),
            (
                "run: poetry run bandit -rlll src",
                Severity::High,
                Confidence::Low,
                false,
            ),
            (
                "python -m bandit --severity-level=medium -r .",
                Severity::Medium,
                Confidence::Low,
                false,
            ),
            (
                "    session.run(\"bandit\", \"-r\", \"src\", \"-l\", \"-l\", \"-iii\")",
                Severity::Medium,
                Confidence::High,
                false,
            ),
            (
                "commands = bandit -r src || true",
                Severity::Low,
                Confidence::Low,
                true,
            ),
            (
                "cd backend && .venv/bin/bandit --exit-zero -r app; echo done",
                Severity::Low,
                Confidence::Low,
                true,
            ),
        ] {
            let found = calls(line);
            assert_eq!(found.len(), 1, "{line}");
            assert_eq!(
                (found[0].severity, found[0].confidence, found[0].lenient),
                (severity, confidence, lenient),
                "{line}"
            );
        }
    }

    #[test]
    fn what_is_left_out_is_read() {
        let found = calls("bandit -s B101,B602 -c pyproject.toml -r .").remove(0);
        assert_eq!(found.skips, ["B101", "B602"]);
        assert_eq!(found.config.as_deref(), Some("pyproject.toml"));
        let found = calls("pip-audit --ignore-vuln GHSA-x --ignore-vuln=PYSEC-1").remove(0);
        assert_eq!(found.ignores, ["GHSA-x", "PYSEC-1"]);
        let found = calls("safety check --ignore 70612 -i 1,2").remove(0);
        assert_eq!(found.ignores, ["70612", "1", "2"]);
    }

    #[test]
    fn a_mention_is_no_call() {
        for line in [
            "pip install bandit pip-audit safety",
            "- name: Run bandit -ll now",
            "# bandit -r src",
            "bandit:",
            "uses: org/bandit-action@v1",
            "echo bandit -r src",
            "safety first",
        ] {
            assert!(calls(line).is_empty(), "{line}: {:?}", calls(line));
        }
    }
}
