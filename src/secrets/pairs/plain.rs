//! Reads values without quotation marks, where the kind of file or the place in a line lets them count.

use std::ops::Range;

use super::context::{Context, Kind};
use super::pair::{Form, Named};
use super::text::{
    LONGEST_VALUE, WINDOW, back_while, before, byte, enclosing_quote, ends, is_blank, is_quote,
    is_word, line_end, skip_blanks, skip_while, starts, trim,
};
use super::{literal, sql};

type Found = (Vec<Range<usize>>, Form);

/// Reads the value behind an operator that ends at `after`.
///
/// `inside` is the mark of the string in which the name stands, if it stands in one.
pub(super) fn value(
    text: &[u8],
    context: &Context,
    named: &Named,
    map: bool,
    after: usize,
    inside: Option<u8>,
) -> Option<Found> {
    if let Some(found) = query(text, named, after) {
        return Some(found);
    }
    if inside.is_none()
        && let Some(value) = listed(text, context, named, after)
    {
        return Some((vec![value], Form::Inline));
    }
    if let Some(mark) = inside {
        return inline(text, named, map, after, mark);
    }
    if is_flag(text, named) {
        return word(text, after, false).map(|value| (vec![value], Form::Flag));
    }
    let found = match context.kind {
        Kind::Yaml if map => yaml(text, named, after).map(|value| (value, Form::Plain)),
        Kind::Config if is_setting(text, named) => {
            rest_of_line(text, after).map(|value| (value, Form::Plain))
        }
        // Also `host1 user=root password=…` of an inventory.
        Kind::Config | Kind::Yaml | Kind::Shell if !map => {
            shell(text, named, after).map(|value| (value, Form::Plain))
        }
        // `-passin pass:…` of openssl.
        Kind::Shell if map && is_pass_phrase(text, named, after) => {
            word(text, after, true).map(|value| (value, Form::Flag))
        }
        Kind::Source if !map => shell(text, named, after)
            .filter(|_| is_block_string(text, named))
            .map(|value| (value, Form::Inline)),
        Kind::Shell if context.file_name.ends_with(b"mk") => {
            rest_of_line(text, after).map(|value| (value, Form::Plain))
        }
        _ => None,
    };
    let found = found
        .or_else(|| remark(text, context, named, map, after).map(|value| (value, Form::Remark)))?;
    Some((vec![found.0], found.1))
}

/// Whether nothing but the marks of a comment or a list stands before the name on its line.
fn begins_line(text: &[u8], named: &Named) -> bool {
    text[named.line(text)..named.front]
        .iter()
        .all(|b| b.is_ascii_whitespace() || b"#/*-;!+>|`".contains(b))
}

fn is_pass_phrase(text: &[u8], named: &Named, after: usize) -> bool {
    text[named.name.clone()].eq_ignore_ascii_case(b"pass")
        && after == named.after + 1
        && !byte(text, after).is_none_or(|b| b.is_ascii_whitespace())
        && before(text, named.front).is_some_and(|b| is_blank(b) || is_quote(b) || b == b'=')
}

/// `;name=value` of a connection string or a header of cookies, outside of quotation marks.
fn listed(text: &[u8], context: &Context, named: &Named, after: usize) -> Option<Range<usize>> {
    let separator = back_while(text, named.front, 1, |b| b == b' ');
    let tight = after == named.after + 1 && before(text, after) == Some(b'=');
    if !tight {
        return None;
    }
    let left = &text[named.line(text)..named.front];
    let cookies = super::text::contains(left, "cookie:");
    let parted = before(text, separator) == Some(b';') || cookies;
    let settings = matches!(
        context.kind,
        Kind::Config | Kind::Yaml | Kind::Prose | Kind::Markup
    );
    if !parted || !(settings || cookies || super::text::contains(left, "jdbc:")) {
        return None;
    }
    let end = skip_while(text, after, LONGEST_VALUE, |b| {
        !b.is_ascii_whitespace() && !is_quote(b) && !matches!(b, b';' | b'<' | b'\\')
    });
    (end > after).then_some(after..end)
}

/// Whether the name begins a line of a string of several lines: `"""`, a template, a here document.
fn is_block_string(text: &[u8], named: &Named) -> bool {
    if named.quote.is_some() || !begins_line(text, named) {
        return false;
    }
    let window = &text[named.front.saturating_sub(WINDOW)..named.front];
    let odd = |mark: &[u8]| memchr::memmem::find_iter(window, mark).count() % 2 == 1;
    odd(b"\"\"\"") || odd(b"'''") || odd(b"`") || is_here_document(window)
}

/// Whether a `<<NAME` has no line `NAME` behind it.
fn is_here_document(window: &[u8]) -> bool {
    let Some(open) = memchr::memmem::rfind(window, b"<<") else {
        return false;
    };
    let start = skip_while(window, open, 6, |b| b"<~- \"'".contains(&b));
    let end = skip_while(window, start, 24, |b| b.is_ascii_uppercase() || b == b'_');
    let closed = window[end..]
        .split(|&b| b == b'\n')
        .any(|line| line.trim_ascii() == &window[start..end]);
    end > start + 1 && !closed
}

/// `?name=value&…`, anywhere.
fn query(text: &[u8], named: &Named, after: usize) -> Option<Found> {
    let front = before(text, named.front)?;
    let marked =
        front == b'?' || front == b'&' || front == b';' && ends(text, named.front, "&amp;");
    if !marked || before(text, after) != Some(b'=') || after != named.after + 1 {
        return None;
    }
    let end = skip_while(text, after, LONGEST_VALUE, |b| {
        is_word(b)
            || matches!(
                b,
                b'-' | b'.'
                    | b'~'
                    | b'%'
                    | b'+'
                    | b'!'
                    | b'*'
                    | b'$'
                    | b'/'
                    | b'='
                    | b':'
                    | b'{'
                    | b'<'
                    | b'@'
                    | b','
            )
    });
    let value = after..end;
    Some((vec![value], Form::Query))
}

/// `name=value` or `Name: value` in a string: up to the end of the string or of the pair.
fn inline(text: &[u8], named: &Named, map: bool, after: usize, mark: u8) -> Option<Found> {
    let start = skip_blanks(text, after);
    let end = skip_while(text, start, LONGEST_VALUE, |b| {
        !b.is_ascii_whitespace()
            && b != mark
            && !matches!(b, b';' | b'&' | b'<' | b'\\' | b'"' | b'\'' | b'`')
    });
    let stop = back_while(text, end, (end - start).min(2), |b| {
        matches!(b, b',' | b')' | b']' | b'}')
    });
    // A colon inside a text ties only a header to its value: the string must end with it.
    let closed = matches!(byte(text, end), Some(b) if b == mark);
    let header = !map || closed && enclosing_starts(text, named);
    let value = start..stop;
    let form = if is_flag(text, named) {
        Form::Flag
    } else {
        Form::Inline
    };
    (header && !value.is_empty() && (start == after || map)).then(|| (vec![value], form))
}

/// Whether the name is the first thing in its string, but for a header's own prefix.
fn enclosing_starts(text: &[u8], named: &Named) -> bool {
    before(text, named.front).is_some_and(|b| is_quote(b) || b == b'\n')
        || ends(text, named.front, "\\n")
        || ends(text, named.front, "H ")
}

/// Whether the name is a flag of a command: `--name`, `-Name`.
pub(super) fn is_flag(text: &[u8], named: &Named) -> bool {
    let dashes = named.front - back_while(text, named.front, 2, |b| b == b'-');
    let edge = before(text, named.front - dashes);
    dashes > 0
        && edge.is_none_or(|b| {
            b.is_ascii_whitespace() || is_quote(b) || matches!(b, b'[' | b'(' | b',')
        })
}

/// Whether the name begins its line, as the key of a setting does.
fn is_setting(text: &[u8], named: &Named) -> bool {
    let front = trim(text, named.line(text)..named.front);
    let head = &text[front];
    head.is_empty()
        || [
            &b"export"[..],
            b"set",
            b"-",
            b"#",
            b";",
            b"//",
            b"ENV",
            b"env",
            b"Environment=",
            b"setenv",
            b"SetEnv",
            b"*.",
        ]
        .contains(&head)
        || head
            .iter()
            .all(|&b| is_word(b) || matches!(b, b'.' | b'-' | b'/' | b':' | b'*' | b'_'))
}

/// A plain scalar, a flow mapping's member, or a block scalar of one line.
fn yaml(text: &[u8], named: &Named, after: usize) -> Option<Range<usize>> {
    if !byte(text, after).is_none_or(|b| b.is_ascii_whitespace()) {
        return None;
    }
    let start = skip_blanks(text, after);
    let end = line_end(text, start);
    if matches!(byte(text, start), Some(b'|' | b'>')) {
        return block(text, end);
    }
    let mut end = comment(text, start, end);
    let flow = text[named.line(text)..named.front].contains(&b'{');
    if flow {
        end = skip_while(text, start, end - start, |b| !matches!(b, b',' | b'}'));
    }
    let tagged =
        starts(text, start, "!") || matches!(byte(text, start), Some(b'&' | b'*' | b'{' | b'['));
    (!tagged && end > start).then(|| trim(text, start..end))
}

/// The only line of a block scalar.
fn block(text: &[u8], end: usize) -> Option<Range<usize>> {
    let next = skip_while(text, end, 2, |b| matches!(b, b'\r' | b'\n'));
    let line = trim(text, next..line_end(text, next));
    let following = skip_while(text, line.end, 2, |b| matches!(b, b'\r' | b'\n'));
    let indent = skip_blanks(text, next) - next;
    let deeper =
        skip_blanks(text, following) - following >= indent && line_end(text, following) > following;
    (indent > 0 && !deeper).then_some(line)
}

/// The end of the value before a comment: a `#` or `;` behind a blank.
fn comment(text: &[u8], start: usize, end: usize) -> usize {
    let at = (start..end)
        .find(|&i| matches!(text[i], b'#' | b';') && before(text, i).is_some_and(is_blank));
    at.unwrap_or(end)
}

/// The rest of the line without its comment, or the word if something follows it.
fn rest_of_line(text: &[u8], after: usize) -> Option<Range<usize>> {
    let start = skip_blanks(text, after);
    let end = comment(text, start, line_end(text, start));
    let value = trim(text, start..end);
    let value = value.start
        ..value.end - usize::from(value.len() > 1 && matches!(text[value.end - 1], b';' | b','));
    (!value.is_empty() && value.len() <= LONGEST_VALUE).then_some(value)
}

/// `NAME=word`, without blanks, as shells, Dockerfiles and lists of variables have it.
fn shell(text: &[u8], named: &Named, after: usize) -> Option<Range<usize>> {
    let tight = after == named.after + 1;
    let loose = text[named.line(text)..named.front].trim_ascii().is_empty()
        && before(text, named.after).is_some_and(is_word);
    if !tight && !loose {
        return None;
    }
    word(text, after, tight)
}

/// The next word of a command.
fn word(text: &[u8], after: usize, tight: bool) -> Option<Range<usize>> {
    let start = if tight {
        after
    } else {
        skip_blanks(text, after)
    };
    if let Some(literal) = literal::at(text, start) {
        return literal.whole.then_some(literal.value);
    }
    let end = skip_while(text, start, LONGEST_VALUE, |b| {
        !b.is_ascii_whitespace()
            && !matches!(
                b,
                b';' | b'|' | b')' | b'`' | b'"' | b'\'' | b'<' | b'>' | b'\\'
            )
    });
    (end > start && byte(text, start) != Some(b'-')).then_some(start..end)
}

/// `${name:value}` and `${name:-value}`: up to the closing brace.
pub(super) fn in_template(text: &[u8], after: usize) -> Option<Range<usize>> {
    let start = skip_while(text, after, 1, |b| matches!(b, b'-' | b'='));
    let end = skip_while(text, start, LONGEST_VALUE, |b| {
        !matches!(b, b'}' | b'\n' | b'$' | b'{' | b'"')
    });
    (byte(text, end) == Some(b'}') && end > start).then_some(start..end)
}

/// `name: value` at the end of a line of prose or of a comment.
fn remark(
    text: &[u8],
    context: &Context,
    named: &Named,
    map: bool,
    after: usize,
) -> Option<Range<usize>> {
    let head = text[named.line(text)..named.front].trim_ascii();
    let commented = [
        &b"//"[..],
        b"#",
        b"*",
        b"--",
        b";",
        b"<!--",
        b"/*",
        b"\"\"\"",
        b"%",
    ]
    .iter()
    .any(|m| head.starts_with(m));
    let prose = context.kind == Kind::Prose;
    let tight = !map && after == named.after + 1;
    if !(prose || commented) || !tight && !map {
        return None;
    }
    let start = skip_blanks(text, after);
    let start = skip_while(text, start, 2, |b| b == b'*');
    let start = skip_blanks(text, start);
    let start = skip_while(text, start, 1, |b| b == b'`');
    let end = skip_while(text, start, 256, |b| {
        !b.is_ascii_whitespace() && !matches!(b, b'`' | b'"' | b'<' | b'\\')
    });
    let closing = skip_while(text, end, 4, |b| matches!(b, b'`' | b'*' | b' ' | b'.'));
    let last = line_end(text, end) <= closing || tight || starts(text, closing, "-->");
    let end = back_while(text, end, 3, |b| {
        matches!(b, b'.' | b',' | b')' | b':' | b'*')
    });
    (last && end > start).then_some(start..end)
}

/// Reads a value that only a blank parts from its name, where the syntax says so.
pub(super) fn spaced(text: &[u8], context: &Context, named: &Named) -> Option<Found> {
    let at = skip_blanks(text, named.after);
    if at == named.after || named.quote.is_some() {
        return None;
    }
    let head = text[named.line(text)..named.front].trim_ascii();
    let first = head
        .split(u8::is_ascii_whitespace)
        .next()
        .unwrap_or_default();
    if is_flag(text, named) {
        let double = ends(text, named.front, "--");
        // `-Password x` is PowerShell's, `-storepass x` Java's; a single dash may start a bundle of letters.
        let counts = double || named.name.len() >= 4;
        let prose = context.kind == Kind::Prose
            && enclosing_quote(text, named.line(text), named.front).is_none();
        let found = if counts { word(text, at, true) } else { None };
        return found.map(|value| (vec![value], if prose { Form::Remark } else { Form::Flag }));
    }
    let docker = context.kind == Kind::Shell
        && matches!(first, b"ENV" | b"ARG")
        && head.len() == first.len();
    let setting = context.kind == Kind::Config
        && head.is_empty()
        && (byte(text, at) == Some(b'"') || is_spaced_setting(&text[named.name.clone()]));
    let command = [&b"setx"[..], b"setenv", b"set", b"config"]
        .iter()
        .any(|c| head.ends_with(c))
        && matches!(context.kind, Kind::Shell | Kind::Config);
    if docker || setting || command {
        return rest(text, at).map(|value| (vec![value], Form::Plain));
    }
    let last = head.rsplit(|b| is_blank(*b)).next().unwrap_or_default();
    // `proxy_set_header X-Api-Key "…";`, and `:password "…"` of Lisps.
    let header = matches!(context.kind, Kind::Config | Kind::Shell) && last.ends_with(b"header");
    let keyword = context.kind == Kind::Source && before(text, named.front) == Some(b':');
    if context.kind == Kind::Prose {
        let found = if starts(text, at, "is ") {
            let at = at + "is ".len();
            stated(text, at).or_else(|| said(text, at))
        } else {
            stated(text, at)
        };
        return found.map(|value| (vec![value], Form::Remark));
    }
    let defined = header
        || keyword
        || head.ends_with(b"#define")
        || context.kind == Kind::Source && head.is_empty()
        || sql::is_account(text, &named.name);
    let literal = literal::at(text, at).filter(|l| l.whole && defined)?;
    Some((vec![literal.value], Form::Literal))
}

/// `the password is `…``: what stands in marks.
fn stated(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = skip_blanks(text, at);
    let mark = byte(text, start).filter(|&b| is_quote(b) || b == b'*')?;
    let open = skip_while(text, start, 2, |b| b == mark);
    let end = skip_while(text, open, 128, |b| b != mark && !b.is_ascii_whitespace());
    (byte(text, end) == Some(mark)).then_some(open..end)
}

/// `the password is …`: a word without marks, which only its digits tell from the rest of the sentence.
fn said(text: &[u8], at: usize) -> Option<Range<usize>> {
    let start = skip_blanks(text, at);
    let end = skip_while(text, start, 128, |b| !b.is_ascii_whitespace());
    let end = back_while(text, end, 3, |b| b".,;:)".contains(&b));
    let word = &text[start.min(end)..end];
    // `is 8-bit`, `is 12+ characters` say how long it is.
    let begins = word.first().is_some_and(u8::is_ascii_alphabetic);
    (begins && word.iter().any(u8::is_ascii_digit)).then_some(start..end)
}

/// Keys of server configurations that a blank parts from their value.
fn is_spaced_setting(name: &[u8]) -> bool {
    [
        &b"requirepass"[..],
        b"masterauth",
        b"password",
        b"passwd",
        b"wpa-psk",
        b"secret",
        b"auth_pass",
        b"rpcpassword",
        b"bindpw",
        b"rootpw",
    ]
    .iter()
    .any(|known| name.eq_ignore_ascii_case(known))
}

/// The next word, or the literal.
fn rest(text: &[u8], at: usize) -> Option<Range<usize>> {
    let value = word(text, at, true)?;
    let end = skip_blanks(text, value.end);
    // More words make a sentence or a list of options.
    let closes =
        byte(text, end).is_none_or(|b| matches!(b, b'\n' | b'\r' | b'#' | b'"' | b'\'' | b';'));
    closes.then_some(value)
}
