//! Reads passwords that commands are given: `curl -u user:password`, `sshpass -p`, `mysql -p…`,
//! `redis-cli -a`, `docker login -p`, `ConvertTo-SecureString`.

use std::ops::Range;

use super::anchors::Command;
use super::context::Context;
use super::literal;
use super::placed::{self, Placed};
use super::rules::Rule;
use super::text::{
    before, byte, find_in, is_blank, is_quote, is_word, line_end, line_start, skip_blanks,
    skip_while,
};
use super::url::split_pair;
use crate::secrets::candidate::Candidate;
use crate::secrets::score;

/// How far the options of a command are read.
const REACH: usize = 1024;

/// Reads the options of the command whose name ends at `at`.
pub(super) fn read(
    text: &[u8],
    context: &Context,
    command: Command,
    at: usize,
) -> Option<Candidate> {
    let end = command_end(text, at);
    match command {
        Command::Curl => curl(text, context, at..end),
        Command::SecureString => secure_string(text, context, at..end),
        Command::Flag(flag) => option(text, context, at..end, flag, true),
        Command::Chpasswd => echoed(text, context, at),
        Command::Mysql => option(text, context, program(text, at)?..end, "-p", false),
    }
}

/// The end of the command's line; a backslash at its end carries on, up to [`REACH`].
fn command_end(text: &[u8], at: usize) -> usize {
    let limit = text.len().min(at + REACH);
    let mut end = line_end(text, at);
    while end < limit && before(text, end) == Some(b'\\') {
        let next = skip_while(text, end, 2, |b| matches!(b, b'\r' | b'\n'));
        if next == end {
            break;
        }
        end = line_end(text, next);
    }
    let end = end.min(limit);
    (at..end)
        .find(|&i| matches!(text[i], b'|' | b';') && before(text, i).is_some_and(is_blank))
        .unwrap_or(end)
}

/// `mysql`, `mysqldump`, … : where the name of the program ends, if it is one.
fn program(text: &[u8], at: usize) -> Option<usize> {
    let end = skip_while(text, at, 12, |b| b.is_ascii_alphabetic());
    let known = [&b""[..], b"dump", b"admin", b"import"].contains(&&text[at..end]);
    (known && byte(text, end).is_some_and(is_blank)).then_some(end)
}

fn curl(text: &[u8], context: &Context, range: Range<usize>) -> Option<Candidate> {
    let argument = ["-u", "--user", "-U", "--proxy-user"]
        .iter()
        .find_map(|flag| argument(text, range.clone(), flag, true))?;
    let (user, password) = split_pair(text, argument)?;
    let said = |host| find_in(text, range.clone(), host).is_some();
    let local = ["localhost", "127.0.0.1", "example."].into_iter().any(said);
    if text[user] == text[password.clone()] || text[password.clone()].contains(&b'$') {
        return None;
    }
    placed::judge(
        text,
        context,
        Placed {
            rule: Rule::Curl,
            value: password,
            extra: local.then_some(score::LOCAL),
            message: "credentials of a curl command",
        },
    )
}

fn option(
    text: &[u8],
    context: &Context,
    range: Range<usize>,
    flag: &str,
    spaced: bool,
) -> Option<Candidate> {
    let value = argument(text, range, flag, spaced)?;
    if text[value.clone()].contains(&b'$') {
        return None;
    }
    placed::judge(
        text,
        context,
        Placed {
            rule: Rule::Command,
            value,
            extra: None,
            message: "password on a command line",
        },
    )
}

/// `echo "user:password" | chpasswd`.
fn echoed(text: &[u8], context: &Context, at: usize) -> Option<Candidate> {
    let line = line_start(text, at).max(at.saturating_sub(REACH));
    let echo = find_in(text, line..at, "echo ")?;
    let start = skip_while(text, echo + "echo".len(), 16, |b| {
        is_blank(b) || is_quote(b) || matches!(b, b'-' | b'e' | b'n')
    });
    let end = skip_while(text, start, 256, |b| {
        !b.is_ascii_whitespace() && !is_quote(b) && !matches!(b, b'|' | b'\\' | b'$')
    });
    let (_, password) = split_pair(text, start..end)?;
    placed::judge(
        text,
        context,
        Placed {
            rule: Rule::Command,
            value: password,
            extra: None,
            message: "password on a command line",
        },
    )
}

/// The argument of a flag, behind blanks or `=` where `spaced`, else glued to it.
fn argument(text: &[u8], range: Range<usize>, flag: &str, spaced: bool) -> Option<Range<usize>> {
    let mut at = range.start;
    while let Some(found) = find_in(text, at..range.end, flag) {
        at = found + flag.len();
        let exact = &text[found..at] == flag.as_bytes();
        let bounded = before(text, found).is_some_and(|b| b.is_ascii_whitespace() || is_quote(b));
        if !bounded || !exact {
            continue;
        }
        // An array of arguments: `"-u", "user:password"`.
        let mut start = at;
        if byte(text, start).is_some_and(is_quote) && byte(text, start + 1) == Some(b',') {
            start += 2;
        } else if !spaced && byte(text, start).is_some_and(is_blank)
            || spaced && byte(text, start).is_some_and(is_word) && flag.len() > 2
        {
            continue;
        }
        if spaced && byte(text, start) == Some(b'=') {
            start += 1;
        }
        return word(
            text,
            if spaced {
                skip_blanks(text, start)
            } else {
                start
            },
            range.end,
        );
    }
    None
}

/// A word of a command, quotes taken off.
fn word(text: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    if byte(text, start).is_some_and(|b| is_quote(b) || b == b'\\') {
        return literal::at(text, start)
            .map(|l| l.value)
            .filter(|v| v.end <= end);
    }
    let stop = skip_while(text, start, end - start.min(end), |b| {
        !b.is_ascii_whitespace() && !is_quote(b) && b != b'\\'
    });
    (stop > start).then_some(start..stop)
}

/// `ConvertTo-SecureString [-String] "…" … -AsPlainText`, the string in front of the command included.
fn secure_string(text: &[u8], context: &Context, range: Range<usize>) -> Option<Candidate> {
    find_in(text, range.clone(), "-asplaintext")
        .or_else(|| find_in(text, range.clone(), "-aspla"))?;
    let mut at = skip_blanks(text, range.start);
    for switch in ["-string", "-asplaintext", "-force", "-string:"] {
        if super::text::starts(text, at, switch) {
            at = skip_blanks(text, at + switch.len());
        }
    }
    let literal = literal::at(text, at)?;
    placed::judge(
        text,
        context,
        Placed {
            rule: Rule::SecureString,
            value: literal.value,
            extra: None,
            message: "plain text made a SecureString",
        },
    )
}
