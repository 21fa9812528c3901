//! Output that nothing obeys: neither a terminal nor the log of a CI system.
//!
//! [`text`] is for people: it shows odd characters as escapes. [`write_json`] is for machines: the values stay
//! exact, only their notation changes.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, Formatter, PrettyFormatter};

use crate::finding::printable;

/// Returns text that is safe to print, with the log commands `##[…]` and `##vso[…]` broken up.
///
/// Commands that begin a line (`::…::`) are dealt with where lines are made.
pub(super) fn text(text: &str) -> String {
    let text = printable(text);
    if text.contains("##") {
        return text.replace("##[", "#\\#[").replace("##vso[", "#\\#vso[");
    }
    text
}

/// Writes a value as indented JSON in which no character of a string could steer a terminal or a log.
pub(super) fn write_json(value: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let formatter = Inert {
        pretty: PrettyFormatter::new(),
    };
    let mut serializer = serde_json::Serializer::with_formatter(&mut *out, formatter);
    value.serialize(&mut serializer).map_err(io::Error::from)?;
    out.write_all(b"\n")
}

/// Indents as [`PrettyFormatter`] does and writes dangerous characters of strings as `\uXXXX`.
struct Inert {
    pretty: PrettyFormatter<'static>,
}

impl Formatter for Inert {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut done = 0;
        let mut previous = ' ';
        for (at, c) in fragment.char_indices() {
            let second_hash = c == '#' && previous == '#';
            if second_hash || is_dangerous(c) {
                out.write_all(&fragment.as_bytes()[done..at])?;
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
                done = at + c.len_utf8();
            }
            previous = c;
        }
        out.write_all(&fragment.as_bytes()[done..])
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        out: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.pretty.write_char_escape(out, escape)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_array(out)
    }

    fn end_array<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_array(out)
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_array_value(out, first)
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_array_value(out)
    }

    fn begin_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_object(out)
    }

    fn end_object<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_object(out)
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        self.pretty.begin_object_key(out, first)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.begin_object_value(out)
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        self.pretty.end_object_value(out)
    }
}

fn is_dangerous(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let mut buffer = [0; 4];
    let text: &str = c.encode_utf8(&mut buffer);
    printable(text) != text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_keeps_the_value_and_loses_the_danger() {
        let hostile = "a\u{1b}[2J\u{7f}\u{9b}\u{202e}\u{e0041}##[group]##vso[x]\r\n grün";
        let mut out = Vec::new();
        write_json(&[hostile], &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(
            serde_json::from_str::<[String; 1]>(&text).unwrap(),
            [hostile]
        );
        assert!(!text.contains("##") && text.contains("grün"));
        assert_eq!(printable(&text.replace('\n', "")), text.replace('\n', ""));
    }

    #[test]
    fn log_commands_inside_a_line_are_broken_up() {
        assert_eq!(
            text("x ##[error]y ##vso[task]z ## h"),
            "x #\\#[error]y #\\#vso[task]z ## h"
        );
    }
}
