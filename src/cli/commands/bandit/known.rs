//! The options that there are, and what an argument of the command line is by the rules of Python's `argparse`.

/// What an option means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Aggregate,
    Baseline,
    Confidence,
    ConfidenceLevel,
    Config,
    Debug,
    Exclude,
    ExitZero,
    Format,
    Help,
    IgnoreNosec,
    Ini,
    Level,
    Number,
    Output,
    Profile,
    PythonVersion,
    Quiet,
    Recursive,
    SeverityLevel,
    Skip,
    Template,
    Tests,
    Verbose,
    Version,
}

/// One option: how it is written, and whether it takes a value.
pub(super) struct Known {
    pub(super) name: Name,
    short: Option<char>,
    pub(super) long: &'static [&'static str],
    pub(super) takes_value: bool,
}

const fn flag(name: Name, short: Option<char>, long: &'static [&'static str]) -> Known {
    Known {
        name,
        short,
        long,
        takes_value: false,
    }
}

const fn valued(name: Name, short: Option<char>, long: &'static [&'static str]) -> Known {
    Known {
        name,
        short,
        long,
        takes_value: true,
    }
}

const KNOWN: [Known; 24] = [
    flag(Name::Help, Some('h'), &["--help"]),
    flag(Name::Recursive, Some('r'), &["--recursive"]),
    valued(Name::Aggregate, Some('a'), &["--aggregate"]),
    valued(Name::Number, Some('n'), &["--number"]),
    valued(Name::Config, Some('c'), &["--configfile"]),
    valued(Name::Profile, Some('p'), &["--profile"]),
    valued(Name::Tests, Some('t'), &["--tests"]),
    valued(Name::Skip, Some('s'), &["--skip"]),
    flag(Name::Level, Some('l'), &["--level"]),
    valued(Name::SeverityLevel, None, &["--severity-level"]),
    flag(Name::Confidence, Some('i'), &["--confidence"]),
    valued(Name::ConfidenceLevel, None, &["--confidence-level"]),
    valued(Name::Format, Some('f'), &["--format"]),
    valued(Name::Template, None, &["--msg-template"]),
    valued(Name::Output, Some('o'), &["--output"]),
    flag(Name::Verbose, Some('v'), &["--verbose"]),
    flag(Name::Debug, Some('d'), &["--debug"]),
    flag(Name::Quiet, Some('q'), &["--quiet", "--silent"]),
    flag(Name::IgnoreNosec, None, &["--ignore-nosec"]),
    valued(Name::Exclude, Some('x'), &["--exclude"]),
    valued(Name::Baseline, Some('b'), &["--baseline"]),
    valued(Name::Ini, None, &["--ini"]),
    flag(Name::ExitZero, None, &["--exit-zero"]),
    flag(Name::Version, None, &["--version"]),
];

/// The option that only this program has; it is written out in full, so that no abbreviation changes its meaning.
const PYTHON_VERSION: Known = valued(Name::PythonVersion, None, &["--python-version"]);

/// Options that exclude each other.
pub(super) const RIVALS: [(Name, Name); 3] = [
    (Name::Level, Name::SeverityLevel),
    (Name::Confidence, Name::ConfidenceLevel),
    (Name::Verbose, Name::Quiet),
];

/// What an argument is, as far as it can be told on its own.
pub(super) enum Argument<'a> {
    Positional,
    /// An option with what is glued to it.
    Option(&'static Known, Option<&'a str>),
    /// Short options in one argument, without the dash.
    Shorts(&'a str),
    Unknown,
}

/// Returns what an argument is; an option that could be several is an error.
pub(super) fn classify(text: &str) -> Result<Argument<'_>, String> {
    let Some(rest) = text.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
        return Ok(Argument::Positional);
    };
    if let Some(long) = rest.strip_prefix('-') {
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (long, None),
        };
        let found = by_long(name)?;
        if let Some(known) = found {
            return Ok(Argument::Option(known, value));
        }
    } else if let Some(first) = rest.chars().next()
        && by_short(first).is_some()
    {
        return Ok(Argument::Shorts(rest));
    } else if is_negative_number(rest) {
        return Ok(Argument::Positional);
    }
    if text.contains(' ') {
        return Ok(Argument::Positional);
    }
    Ok(Argument::Unknown)
}

/// Returns the option of a letter.
pub(super) fn by_short(short: char) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.short == Some(short))
}

/// Returns the option that a name, without its dashes, stands for: the whole name, or the start of just one.
fn by_long(name: &str) -> Result<Option<&'static Known>, String> {
    let is = |long: &str| long.strip_prefix("--") == Some(name);
    if is(PYTHON_VERSION.long[0]) {
        return Ok(Some(&PYTHON_VERSION));
    }
    if let Some(known) = KNOWN
        .iter()
        .find(|known| known.long.iter().any(|long| is(long)))
    {
        return Ok(Some(known));
    }
    let close: Vec<(&Known, &str)> = KNOWN
        .iter()
        .flat_map(|known| known.long.iter().map(move |long| (known, *long)))
        .filter(|(_, long)| long[2..].starts_with(name))
        .collect();
    match close.as_slice() {
        [] => Ok(None),
        [(known, _)] => Ok(Some(known)),
        _ => {
            let names: Vec<&str> = close.iter().map(|(_, long)| *long).collect();
            Err(format!("--{name} could be any of {}", names.join(", ")))
        }
    }
}

/// Returns how an option is written in full.
pub(super) fn written(name: Name) -> &'static str {
    let known = KNOWN.iter().find(|known| known.name == name);
    known.map_or("--python-version", |known| known.long[0])
}

fn is_negative_number(rest: &str) -> bool {
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, "0"));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction) && !fraction.is_empty()
}
