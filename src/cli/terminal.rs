//! What the program says to people and to pipes.
//!
//! Results go to standard output, everything else to standard error. A reader that has gone away or a full
//! device is not an error: what was decided stands, and the exit code says it.

use std::io::{self, Write};

use colored::Colorize as _;
use indicatif::{ProgressBar, ProgressStyle};

use super::environment::{ColorChoice, Environment, Stream};
use super::failure::Failure;
use crate::report::Style;

/// A progress bar is worth its flicker from this many steps on.
const MANY_STEPS: usize = 500;

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Verbosity {
    /// Only what blocks, and errors (`-q`).
    Quiet,
    /// What people need.
    #[default]
    Normal,
    /// Everything worth knowing (`-v`).
    Verbose,
}

/// The two streams, with what is known about their readers.
#[derive(Debug, Clone, Copy)]
pub struct Terminal {
    stdout_color: bool,
    stderr_color: bool,
    person_waits: bool,
    width: usize,
    verbosity: Verbosity,
}

impl Terminal {
    /// Looks at the streams.
    pub fn new(environment: &Environment, color: ColorChoice, verbosity: Verbosity) -> Self {
        let stdout_color = environment.color(color, Stream::Stdout);
        let stderr_color = environment.color(color, Stream::Stderr);
        // `colored` keeps one switch for the process; whether a text is coloured is decided here, per stream.
        colored::control::set_override(true);
        Self {
            stdout_color,
            stderr_color,
            person_waits: environment.is_terminal(Stream::Stderr),
            width: environment.width(),
            verbosity,
        }
    }

    /// Returns how a report on a stream should look.
    pub fn style(&self, stream: Stream) -> Style {
        Style {
            color: self.color(stream),
            verbose: self.verbosity == Verbosity::Verbose,
            quiet: self.verbosity == Verbosity::Quiet,
            width: self.width,
        }
    }

    /// Returns whether a stream is coloured.
    pub fn color(&self, stream: Stream) -> bool {
        match stream {
            Stream::Stdout => self.stdout_color,
            Stream::Stderr => self.stderr_color,
        }
    }

    /// Returns the width that text is wrapped at.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns whether `-v` was given.
    pub fn verbose(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }

    /// Returns whether `-q` was given.
    pub fn quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    /// Writes a result to standard output.
    pub fn result(&self, text: &str) {
        self.write(Stream::Stdout, text.as_bytes());
    }

    /// Writes finished bytes to a stream, in one go so that lines of parallel hooks do not mix.
    pub fn write(&self, stream: Stream, bytes: &[u8]) {
        let written = match stream {
            Stream::Stdout => write_all(&mut io::stdout().lock(), bytes),
            Stream::Stderr => write_all(&mut io::stderr().lock(), bytes),
        };
        // Whoever closed the stream does not want to know; the exit code still tells.
        drop(written);
    }

    /// Returns a progress bar for long work, drawn only where a person waits for many steps.
    pub fn progress(&self, steps: usize) -> ProgressBar {
        self.progress_of(steps, "commits")
    }

    /// Returns such a bar for steps of another kind than commits.
    pub fn progress_of(&self, steps: usize, what: &str) -> ProgressBar {
        if self.quiet() || !self.person_waits || steps < MANY_STEPS {
            return ProgressBar::hidden();
        }
        let template = format!("{{bar:30}} {{pos}} of {{len}} {what}, {{eta}} to go");
        let style = ProgressStyle::with_template(&template).expect("the template is well formed");
        ProgressBar::new(steps as u64).with_style(style)
    }

    /// Says something to the person at the terminal, unless `-q` was given.
    pub fn say(&self, text: &str) {
        if !self.quiet() {
            self.line(text);
        }
    }

    /// Says something only with `-v`.
    pub fn detail(&self, text: &str) {
        if self.verbose() {
            self.line(text);
        }
    }

    /// Warns about something that does not change the verdict.
    pub fn warn(&self, message: &str) {
        let label = self.paint(Stream::Stderr, "warning:", |text| {
            text.yellow().bold().to_string()
        });
        self.line(&format!("gate-hook: {label} {message}"));
    }

    /// Tells why the command failed.
    pub fn fail(&self, failure: &Failure) {
        let label = self.paint(Stream::Stderr, "error:", |text| {
            text.red().bold().to_string()
        });
        let mut text = format!("gate-hook: {label} {}", failure.message);
        if let Some(hint) = &failure.hint {
            let label = self.paint(Stream::Stderr, "hint:", |text| text.cyan().to_string());
            text.push_str(&format!("\n  {label} {hint}"));
        }
        self.line(&text);
    }

    /// Returns text painted by `paint` if the stream is coloured.
    pub fn paint(&self, stream: Stream, text: &str, paint: impl Fn(&str) -> String) -> String {
        if self.color(stream) {
            paint(text)
        } else {
            text.to_owned()
        }
    }

    fn line(&self, text: &str) {
        self.write(Stream::Stderr, format!("{text}\n").as_bytes());
    }
}

fn write_all(stream: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes)?;
    stream.flush()
}
