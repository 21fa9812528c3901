//! What a run has to do: the command line, and where it is silent a `.bandit` file.
//!
//! An option that the command line gives as it would be anyway counts as not given, as in the reference tool.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::bandit::config::DEFAULT_EXCLUDES;
use crate::cli::failure::Failure;
use crate::report::bandit::{Format, Level};

use super::command_line::Options;

/// How many lines of code are shown unless something else is asked for.
const NUMBER: i64 = 3;
const BY_FILE: &str = "file";
const BY_TEST: &str = "vuln";

/// What a run has to do.
#[derive(Debug, Clone)]
pub(super) struct Job {
    pub(super) targets: Vec<OsString>,
    pub(super) recursive: bool,
    pub(super) by_test: bool,
    pub(super) context_lines: usize,
    pub(super) config: Option<OsString>,
    pub(super) profile: Option<String>,
    pub(super) tests: String,
    pub(super) skips: String,
    pub(super) severity: Level,
    pub(super) confidence: Level,
    /// Nothing where a `.bandit` file names a format that does not exist.
    pub(super) format: Option<Format>,
    pub(super) template: Option<String>,
    pub(super) verbose: bool,
    pub(super) quiet: bool,
    pub(super) ignore_nosec: bool,
    pub(super) exclude: String,
    pub(super) baseline: Option<OsString>,
}

impl Job {
    /// Puts the command line and the options of a `.bandit` file together.
    pub(super) fn new(
        options: Options,
        ini: &BTreeMap<String, String>,
        default_format: Format,
    ) -> Result<Self, Failure> {
        let ini = |name: &str| ini.get(name).filter(|value| !value.is_empty()).cloned();
        for name in ["level", "confidence", "output"] {
            let given = match name {
                "level" => options.severity > 0,
                "confidence" => options.confidence > 0,
                _ => options.output.is_some(),
            };
            if ini(name).is_some() && !given {
                return Err(Failure::configuration(format!(
                    "`{name}` has no meaning in a `.bandit` file"
                ))
                .with_hint("give it on the command line"));
            }
        }
        let number = match ini("number") {
            Some(text) => Some(text.trim().parse::<i64>().map_err(|_| {
                Failure::configuration("`number` in the `.bandit` file has to be a number")
            })?),
            None => None,
        };
        let number = options
            .number
            .filter(|number| *number != NUMBER)
            .or(number.filter(|number| *number != 0))
            .unwrap_or(NUMBER);
        let default_exclude = DEFAULT_EXCLUDES.join(",");
        let format = options
            .format
            .filter(|name| name != default_format.name())
            .or(ini("format"));
        let aggregate = options
            .aggregate
            .filter(|aggregate| aggregate != BY_FILE)
            .or(ini("aggregate"));
        let given = |text: Option<String>| text.filter(|text| !text.is_empty());
        let path = |path: Option<OsString>, name| {
            path.filter(|path| !path.is_empty())
                .or(ini(name).map(OsString::from))
        };
        let targets = if options.targets.is_empty() {
            let targets = ini("targets").unwrap_or_default();
            let targets = targets.split(',').filter(|_| !targets.is_empty());
            targets.map(OsString::from).collect()
        } else {
            options.targets
        };
        Ok(Self {
            targets,
            recursive: options.recursive || ini("recursive").is_some(),
            by_test: aggregate.is_some_and(|aggregate| aggregate == BY_TEST),
            context_lines: usize::try_from(number).unwrap_or(0),
            config: path(options.config, "configfile"),
            profile: given(options.profile).or(ini("profile")),
            tests: given(options.tests).or(ini("tests")).unwrap_or_default(),
            skips: given(options.skips).or(ini("skips")).unwrap_or_default(),
            severity: level(options.severity, "-l")?,
            confidence: level(options.confidence, "-i")?,
            format: format.map_or(Some(default_format), |name| Format::from_name(&name)),
            template: given(options.template).or(ini("msg-template")),
            verbose: options.verbose || ini("verbose").is_some(),
            quiet: options.quiet || ini("quiet").is_some(),
            ignore_nosec: options.ignore_nosec || ini("ignore-nosec").is_some(),
            exclude: options
                .exclude
                .filter(|exclude| *exclude != default_exclude)
                .or(ini("exclude"))
                .unwrap_or(default_exclude),
            baseline: path(options.baseline, "baseline"),
        })
    }
}

fn level(times: usize, option: &str) -> Result<Level, Failure> {
    Level::ALL.get(times).copied().ok_or_else(|| {
        Failure::usage(format!("{option} is given more than three times"))
            .with_hint("once is low, twice medium, three times high")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(options: Options, ini: &[(&str, &str)]) -> Result<Job, Failure> {
        let ini = ini
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Job::new(options, &ini.collect(), Format::Txt)
    }

    #[test]
    fn the_command_line_comes_before_the_file() {
        let options = Options {
            tests: Some("B101".to_owned()),
            format: Some("txt".to_owned()),
            number: Some(3),
            ..Options::default()
        };
        let ini = [
            ("tests", "B102"),
            ("skips", "B103"),
            ("format", "json"),
            ("number", "5"),
            ("exclude", ""),
            ("recursive", "false"),
            ("targets", "a,b"),
        ];
        let job = job(options, &ini).unwrap();
        assert_eq!((job.tests.as_str(), job.skips.as_str()), ("B101", "B103"));
        assert_eq!((job.format, job.context_lines), (Some(Format::Json), 5));
        assert!(job.recursive && job.exclude.starts_with(".svn,"));
        assert_eq!(job.targets, ["a", "b"]);
    }

    #[test]
    fn what_the_file_cannot_say_is_refused() {
        for ini in [
            ("level", "2"),
            ("confidence", "2"),
            ("output", "x"),
            ("number", "x"),
        ] {
            assert!(job(Options::default(), &[ini]).is_err(), "{ini:?}");
        }
        let options = Options {
            severity: 2,
            ..Options::default()
        };
        assert_eq!(
            job(options, &[("level", "1")]).unwrap().severity,
            Level::Medium
        );
        let options = Options {
            confidence: 4,
            ..Options::default()
        };
        assert!(job(options, &[]).is_err());
        assert_eq!(
            job(Options::default(), &[("format", "foo")])
                .unwrap()
                .format,
            None
        );
    }
}
