//! The reference tool's command line, read by the rules of Python's `argparse`.
//!
//! Long options may be shortened as long as they stay clear, short ones may be joined and may carry their value
//! (`-rllfjson`), and all targets stand together: a second group of them is an error there as well.

use std::ffi::{OsStr, OsString};

use super::known::{Argument, Known, Name, RIVALS, by_short, classify, written};

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    Help,
    Version,
    Run(Box<Options>),
}

/// The options of a run. Texts that were not given are absent: a `.bandit` file may still give them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Options {
    pub(super) targets: Vec<OsString>,
    pub(super) recursive: bool,
    pub(super) aggregate: Option<String>,
    pub(super) number: Option<i64>,
    pub(super) config: Option<OsString>,
    pub(super) profile: Option<String>,
    pub(super) tests: Option<String>,
    pub(super) skips: Option<String>,
    /// How often `-l` was given, or the position of `--severity-level` among its choices.
    pub(super) severity: usize,
    pub(super) confidence: usize,
    pub(super) format: Option<String>,
    pub(super) template: Option<String>,
    pub(super) output: Option<OsString>,
    pub(super) verbose: bool,
    pub(super) quiet: bool,
    pub(super) ignore_nosec: bool,
    pub(super) exclude: Option<String>,
    pub(super) baseline: Option<OsString>,
    pub(super) ini: Option<OsString>,
    pub(super) exit_zero: bool,
    pub(super) python_version: Option<String>,
}

const LEVELS: [&str; 4] = ["all", "low", "medium", "high"];
const AGGREGATES: [&str; 2] = ["file", "vuln"];

/// Reads the arguments behind the name of the program. An error is one line without the name of the program.
pub(super) fn parse(arguments: &[OsString], formats: &[&str]) -> Result<Asked, String> {
    let end = arguments.iter().position(|argument| argument == "--");
    let mut parser = Parser {
        arguments,
        end: end.unwrap_or(arguments.len()),
        formats,
        at: 0,
        seen: Vec::new(),
        options: Options::default(),
        group: None,
        surplus: Vec::new(),
    };
    parser.run()
}

struct Parser<'a> {
    arguments: &'a [OsString],
    /// Where `--` stands; everything behind it is a target.
    end: usize,
    formats: &'a [&'a str],
    at: usize,
    seen: Vec<Name>,
    options: Options,
    /// Where the group of targets ended, once there was one.
    group: Option<usize>,
    surplus: Vec<String>,
}

impl Parser<'_> {
    fn run(&mut self) -> Result<Asked, String> {
        while self.at < self.arguments.len() {
            let raw = &self.arguments[self.at];
            let text = raw.to_string_lossy();
            let argument = if self.at >= self.end {
                Argument::Positional
            } else {
                classify(&text)?
            };
            if self.at == self.end {
                // The `--` itself is part of no group.
                self.group = self
                    .group
                    .map(|group| group + usize::from(group == self.at));
                self.at += 1;
                continue;
            }
            self.at += 1;
            let asked = match argument {
                Argument::Positional => {
                    self.target(raw);
                    None
                }
                Argument::Option(known, value) => self.long(known, value)?,
                Argument::Shorts(shorts) => self.shorts(shorts)?,
                Argument::Unknown => {
                    self.surplus.push(text.into_owned());
                    None
                }
            };
            if let Some(asked) = asked {
                return Ok(asked);
            }
        }
        if !self.surplus.is_empty() {
            return Err(format!("unknown arguments: {}", self.surplus.join(" ")));
        }
        Ok(Asked::Run(Box::new(std::mem::take(&mut self.options))))
    }

    fn target(&mut self, raw: &OsStr) {
        match self.group {
            Some(end) if end + 1 != self.at => {
                self.surplus.push(raw.to_string_lossy().into_owned())
            }
            _ => {
                self.group = Some(self.at);
                self.options.targets.push(raw.to_owned());
            }
        }
    }

    fn long(
        &mut self,
        known: &'static Known,
        value: Option<&str>,
    ) -> Result<Option<Asked>, String> {
        let shown = known.long[0];
        match (known.takes_value, value) {
            (false, None) => self.flag(known.name),
            (false, Some(value)) => Err(format!(
                "{shown} takes no value, so `{value}` means nothing"
            )),
            (true, Some(value)) => self.value(known.name, shown, OsStr::new(value)),
            (true, None) => self.next_value(known.name, shown),
        }
    }

    fn shorts(&mut self, shorts: &str) -> Result<Option<Asked>, String> {
        for (at, short) in shorts.char_indices() {
            let shown = format!("-{short}");
            let rest = &shorts[at + short.len_utf8()..];
            let Some(known) = by_short(short) else {
                return Err(format!(
                    "there is no option {shown}, as `-{shorts}` asks for"
                ));
            };
            if known.takes_value && rest.is_empty() {
                return self.next_value(known.name, &shown);
            }
            if known.takes_value {
                let value = rest.strip_prefix('=').filter(|_| at == 0).unwrap_or(rest);
                return self.value(known.name, &shown, OsStr::new(value));
            }
            if let Some(asked) = self.flag(known.name)? {
                return Ok(Some(asked));
            }
        }
        Ok(None)
    }

    /// Takes the argument that follows as the value of an option.
    fn next_value(&mut self, name: Name, shown: &str) -> Result<Option<Asked>, String> {
        if let Some(value) = self.arguments.get(self.at)
            && self.at != self.end
            && matches!(classify(&value.to_string_lossy())?, Argument::Positional)
        {
            self.at += 1;
            return self.value(name, shown, value);
        }
        Err(format!("{shown} needs a value"))
    }

    fn rivals(&mut self, name: Name) -> Result<(), String> {
        for (one, other) in RIVALS {
            let rival = match name {
                _ if name == one => other,
                _ if name == other => one,
                _ => continue,
            };
            if self.seen.contains(&rival) {
                return Err(format!(
                    "{} does not go with {}",
                    written(name),
                    written(rival)
                ));
            }
        }
        self.seen.push(name);
        Ok(())
    }

    fn flag(&mut self, name: Name) -> Result<Option<Asked>, String> {
        self.rivals(name)?;
        let options = &mut self.options;
        match name {
            Name::Help => return Ok(Some(Asked::Help)),
            Name::Version => return Ok(Some(Asked::Version)),
            Name::Recursive => options.recursive = true,
            Name::Level => options.severity += 1,
            Name::Confidence => options.confidence += 1,
            Name::Verbose => options.verbose = true,
            Name::Quiet => options.quiet = true,
            Name::IgnoreNosec => options.ignore_nosec = true,
            Name::ExitZero => options.exit_zero = true,
            _ => {}
        }
        Ok(None)
    }

    fn value(&mut self, name: Name, shown: &str, raw: &OsStr) -> Result<Option<Asked>, String> {
        self.rivals(name)?;
        let text = raw.to_string_lossy().into_owned();
        let choice = |choices: &[&str]| {
            choices
                .iter()
                .position(|choice| *choice == text)
                .ok_or_else(|| {
                    format!(
                        "{shown} cannot be `{text}`; it is one of {}",
                        choices.join(", ")
                    )
                })
        };
        let options = &mut self.options;
        match name {
            Name::Aggregate => {
                choice(&AGGREGATES)?;
                options.aggregate = Some(text);
            }
            Name::Number => {
                let number = number(&text);
                options.number =
                    Some(number.ok_or_else(|| format!("{shown} needs a number, not `{text}`"))?);
            }
            Name::SeverityLevel => options.severity = choice(&LEVELS)?,
            Name::ConfidenceLevel => options.confidence = choice(&LEVELS)?,
            Name::Format => {
                choice(self.formats)?;
                options.format = Some(text);
            }
            Name::Config => options.config = Some(raw.to_owned()),
            Name::Profile => options.profile = Some(text),
            Name::Tests => options.tests = Some(text),
            Name::Skip => options.skips = Some(text),
            Name::Template => options.template = Some(text),
            Name::Output => options.output = Some(raw.to_owned()),
            Name::Exclude => options.exclude = Some(text),
            Name::Baseline => options.baseline = Some(raw.to_owned()),
            Name::Ini => options.ini = Some(raw.to_owned()),
            Name::PythonVersion => options.python_version = Some(text),
            _ => {}
        }
        Ok(None)
    }
}

/// Reads a number as Python's `int` does.
fn number(text: &str) -> Option<i64> {
    let text = text.trim();
    let digits = text.trim_start_matches(['+', '-']);
    let sensible = !digits.starts_with('_') && !digits.ends_with('_') && !digits.contains("__");
    if !sensible || text.len() > digits.len() + 1 {
        return None;
    }
    text.replace('_', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Asked, String> {
        let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        parse(&arguments, &["csv", "json", "txt"])
    }

    fn options(line: &str) -> Options {
        match parsed(line) {
            Ok(Asked::Run(options)) => *options,
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn short_options_are_joined_and_carry_values() {
        let joined = options("-rlllifjson -n3 -x=a,b src");
        assert!(joined.recursive);
        assert_eq!((joined.severity, joined.confidence), (3, 1));
        assert_eq!(joined.format.as_deref(), Some("json"));
        assert_eq!(joined.number, Some(3));
        assert_eq!(joined.exclude.as_deref(), Some("a,b"));
        assert_eq!(joined.targets, ["src"]);
        assert_eq!(options("-n -1 x").number, Some(-1));
    }

    #[test]
    fn long_options_may_be_shortened_while_they_are_clear() {
        assert_eq!(options("--sev high x").severity, 3);
        assert_eq!(options("--form=json x").format.as_deref(), Some("json"));
        assert_eq!(
            options("--python-version 3.11 x").python_version.as_deref(),
            Some("3.11")
        );
        assert_eq!(options("--p lib x").profile.as_deref(), Some("lib"));
        assert!(options("--silent x").quiet);
        for wrong in ["--con 1", "--ver", "--python 3.11 x"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn targets_stand_together() {
        assert_eq!(options("-r a b -f json").targets, ["a", "b"]);
        assert_eq!(options("a -- -b").targets, ["a", "-b"]);
        assert_eq!(options("-r -- -b").targets, ["-b"]);
        assert_eq!(options("- -r").targets, ["-"]);
        assert!(parsed("a -f json b").is_err());
        assert!(parsed("a -r b").is_err());
        assert_eq!(options("").targets, [""; 0]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for wrong in [
            "--severity-level high -l x",
            "-i --confidence-level low x",
            "-qv x",
            "-n x",
            "-f nope x",
            "-a x",
            "--nope x",
            "-rz x",
            "--recursive=1 x",
            "-o",
            "-f -r x",
            "--severity-level extreme x",
        ] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
        assert_eq!(parsed("-r --help --nope"), Ok(Asked::Help));
        assert_eq!(parsed("--version"), Ok(Asked::Version));
    }
}
