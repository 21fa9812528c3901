//! A page of text in the making: lines of painted spans, with a limit on the whole.
//!
//! Colour is decided by the caller's [`Style`], never by the environment. Each line is checked once more
//! before it is added: nothing on it may steer a terminal, and none may begin like a command to a CI log.

use colored::Color;

use super::{Style, inert, layout};

/// The most that a text report takes, in bytes.
const LIMIT: usize = 1 << 20;

/// How a span is painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it is.
    Plain,
    /// What to see first; commands to copy.
    Strong,
    /// What may be skipped.
    Dim,
    /// It stops the change.
    Bad,
    /// It wants attention.
    Caution,
    /// It is fine.
    Good,
    /// A place.
    Place,
}

impl Tone {
    /// Returns the parameters of the escape sequence that switches the tone on.
    fn sgr(self) -> Option<String> {
        let bold = |color: Color| Some(format!("1;{}", color.to_fg_str()));
        match self {
            Self::Plain => None,
            Self::Strong => Some("1".to_owned()),
            Self::Dim => Some("2".to_owned()),
            Self::Bad => bold(Color::Red),
            Self::Caution => bold(Color::Yellow),
            Self::Good => bold(Color::Green),
            Self::Place => bold(Color::Cyan),
        }
    }
}

/// A page of text in the making.
pub(super) struct Page {
    text: String,
    color: bool,
    width: usize,
    full: bool,
}

impl Page {
    /// Starts an empty page.
    pub(super) fn new(style: Style) -> Self {
        let width = if style.width == 0 {
            80
        } else {
            style.width.clamp(40, 120)
        };
        Self {
            text: String::new(),
            color: style.color,
            width,
            full: false,
        }
    }

    /// Returns the number of columns of a line.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Returns the finished text.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Adds an empty line, unless the page is empty or ends in one.
    pub(super) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Adds a line.
    pub(super) fn line(&mut self, spans: &[(Tone, &str)]) {
        if self.full {
            return;
        }
        if self.text.len() > LIMIT - (LIMIT >> 4) {
            self.full = true;
            self.text
                .push_str("... the rest is left out: `--format json` has all of it\n");
            return;
        }
        let mut at_start = true;
        let mut run: Option<(Tone, String)> = None;
        for (tone, text) in spans {
            let mut text = inert::text(text);
            if at_start && text.trim_start().starts_with("::") {
                text = text.replacen("::", "\\::", 1);
            }
            at_start &= text.trim().is_empty();
            match &mut run {
                Some((last, joined)) if last == tone => joined.push_str(&text),
                _ => {
                    let done = run.replace((*tone, text));
                    self.paint(done);
                }
            }
        }
        self.paint(run);
        self.text.truncate(self.text.trim_end_matches(' ').len());
        self.text.push('\n');
    }

    /// Adds text in as many lines as it takes: the first behind `head`, the others indented as far.
    pub(super) fn paragraph(&mut self, head: &[(Tone, &str)], tone: Tone, text: &str) {
        let indent = head.iter().map(|(_, span)| layout::columns(span)).sum();
        let room = self.width.saturating_sub(indent).max(20);
        let blank = " ".repeat(indent);
        for (index, part) in layout::wrap(&inert::text(text), room).iter().enumerate() {
            if index == 0 {
                let mut spans = head.to_vec();
                spans.push((tone, part));
                self.line(&spans);
            } else {
                self.line(&[(Tone::Plain, &blank), (tone, part)]);
            }
        }
    }

    fn paint(&mut self, run: Option<(Tone, String)>) {
        let Some((tone, text)) = run else {
            return;
        };
        match tone.sgr().filter(|_| self.color && !text.trim().is_empty()) {
            Some(sgr) => {
                self.text.push_str("\u{1b}[");
                self.text.push_str(&sgr);
                self.text.push('m');
                self.text.push_str(&text);
                self.text.push_str("\u{1b}[0m");
            }
            None => self.text.push_str(&text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(color: bool) -> Page {
        Page::new(Style {
            color,
            width: 40,
            ..Style::default()
        })
    }

    #[test]
    fn colour_is_only_written_where_it_was_asked_for() {
        let mut plain = page(false);
        plain.line(&[(Tone::Bad, "no")]);
        assert_eq!(plain.into_text(), "no\n");
        let mut painted = page(true);
        painted.line(&[(Tone::Bad, "no"), (Tone::Plain, " x  ")]);
        assert_eq!(painted.into_text(), "\u{1b}[1;31mno\u{1b}[0m x\n");
    }

    #[test]
    fn no_line_steers_anything() {
        let mut page = page(false);
        page.line(&[(Tone::Plain, "  "), (Tone::Bad, "::stop-commands::x")]);
        page.line(&[(Tone::Plain, "a\u{1b}[2J\r")]);
        assert_eq!(page.into_text(), "  \\::stop-commands::x\na\\u{1b}[2J\\r\n");
    }

    #[test]
    fn a_page_ends_before_it_is_too_long() {
        let mut page = page(false);
        let long = "x".repeat(1000);
        for _ in 0..2000 {
            page.line(&[(Tone::Plain, &long)]);
        }
        let text = page.into_text();
        assert!(text.len() <= LIMIT && text.ends_with("has all of it\n"));
    }

    #[test]
    fn a_paragraph_hangs_behind_its_head() {
        let mut page = page(false);
        page.paragraph(
            &[(Tone::Strong, "fix  ")],
            Tone::Plain,
            "revoke the credential first, then remove it",
        );
        assert_eq!(
            page.into_text(),
            "fix  revoke the credential first, then\n     remove it\n"
        );
    }
}
