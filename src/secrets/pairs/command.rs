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
        Command::Glued(flag) => option(text, context, at..end, flag, false),
        Command::Words(place) => on_command_line(
            text,
            context,
            word_behind(text, at, place, end).filter(|word| is_argument(&text[word.clone()]))?,
        ),
        Command::Cells(place) => on_command_line(text, context, cell(text, at, place)?),
        Command::Chpasswd => echoed(text, context, at, true),
        Command::Sudo if text[at - 1] == b'S' => echoed(text, context, at, false),
        Command::Sudo => None,
        Command::Samba => samba(text, context, at..end),
        Command::Behind(flag, place) => behind(text, context, at..end, flag, place),
        Command::Mysql => {
            let options = program(text, at)?..end;
            option(text, context, options.clone(), "-p", false)
                .or_else(|| changed(text, context, options))
        }
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
        .find(|&i| matches!(text[i], b'|' | b';' | b'&') && before(text, i).is_some_and(is_blank))
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
    on_command_line(text, context, argument(text, range, flag, spaced)?)
}

/// `mysqladmin … password 'new'`.
fn changed(text: &[u8], context: &Context, options: Range<usize>) -> Option<Candidate> {
    let at = find_in(text, options.clone(), " password ")
        .filter(|_| super::text::ends(text, options.start, "admin"))?;
    on_command_line(
        text,
        context,
        word(text, at + " password ".len(), options.end)?,
    )
}

/// What a script sends that waits for a question for a password, which ends at `at`: `expect "…" send "…\r"`.
pub(super) fn expected(text: &[u8], context: &Context, at: usize) -> Option<Candidate> {
    let line = line_start(text, at);
    find_in(text, line..at, "expect")?;
    let end = line_end(text, (line_end(text, at) + 2).min(text.len()));
    let send = find_in(text, at..end, "send ")?;
    let start = skip_while(text, send + "send ".len(), 4, |b| is_blank(b) || b == b'-');
    let value = literal::at(text, start)?.value;
    let typed = text[value.clone()]
        .strip_suffix(b"\\r")
        .or(text[value.clone()].strip_suffix(b"\\n"));
    let length = typed.map_or(value.len(), <[u8]>::len);
    on_command_line(text, context, value.start..value.start + length)
}

/// `-U user%password`.
fn samba(text: &[u8], context: &Context, range: Range<usize>) -> Option<Candidate> {
    let account = argument(text, range, "-U", true)?;
    let sign = text[account.clone()].iter().position(|&b| b == b'%')?;
    on_command_line(text, context, account.start + sign + 1..account.end)
}

/// The password that follows a flag and `place` words: `-bc file user password`, `/user:name password`.
fn behind(
    text: &[u8],
    context: &Context,
    range: Range<usize>,
    flag: &str,
    place: usize,
) -> Option<Candidate> {
    let mut at = range.start;
    // The flag may be one letter of a bundle that begins right here, or stand further on.
    let bundle = skip_while(text, at, 8, |b| b.is_ascii_alphabetic());
    if text[at..bundle]
        .windows(flag.len())
        .any(|part| part == flag.as_bytes())
    {
        at = bundle;
    } else {
        at = find_in(text, range.clone(), flag).filter(|_| flag.len() > 1)?;
        at = skip_while(text, at, 128, |b| !b.is_ascii_whitespace());
    }
    // Further options may stand between.
    while flag.len() == 1 && at < range.end && byte(text, skip_blanks(text, at)) == Some(b'-') {
        at = behind_word(text, at);
    }
    let place = place - usize::from(flag.len() > 1);
    on_command_line(text, context, word_behind(text, at, place, range.end)?)
}

/// The word behind this number of words.
fn word_behind(text: &[u8], mut at: usize, place: usize, end: usize) -> Option<Range<usize>> {
    for _ in 0..place {
        at = behind_word(text, at);
    }
    word(text, skip_blanks(text, at), end)
}

fn behind_word(text: &[u8], at: usize) -> usize {
    skip_while(text, skip_blanks(text, at), 128, |b| {
        !b.is_ascii_whitespace()
    })
}

/// Whether this is what a command works on, no option and no sign for something else.
fn is_argument(word: &[u8]) -> bool {
    !matches!(word.first(), None | Some(b'/' | b'-' | b'*' | b'<' | b'|'))
}

/// The cell behind this number of cells of a line, which tabs or two blanks part.
fn cell(text: &[u8], at: usize, place: usize) -> Option<Range<usize>> {
    let end = line_end(text, at);
    let parts =
        |i: usize| text[i] == b'\t' || is_blank(text[i]) && byte(text, i + 1).is_some_and(is_blank);
    let cell_end = |from: usize| (from..end).find(|i| parts(*i)).unwrap_or(end);
    let mut start = skip_blanks(text, at);
    for _ in 0..place {
        start = skip_blanks(text, cell_end(start));
    }
    (start < end).then(|| start..cell_end(start))
}

/// What is echoed into the command whose name ends at `at`: a password, behind its user where `paired`.
fn echoed(text: &[u8], context: &Context, at: usize, paired: bool) -> Option<Candidate> {
    let line = line_start(text, at).max(at.saturating_sub(REACH));
    let echo = find_in(text, line..at, "echo ")?;
    let start = skip_while(text, echo + "echo".len(), 16, |b| {
        is_blank(b) || is_quote(b) || matches!(b, b'-' | b'e' | b'n')
    });
    let end = skip_while(text, start, 256, |b| {
        !b.is_ascii_whitespace() && !is_quote(b) && !matches!(b, b'|' | b'\\' | b'$')
    });
    let password = if paired {
        split_pair(text, start..end)?.1
    } else {
        start..end
    };
    on_command_line(text, context, password)
}

fn on_command_line(text: &[u8], context: &Context, value: Range<usize>) -> Option<Candidate> {
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
