//! Reads lines of files that exist to hold credentials: `.netrc`, `.pgpass`, `.npmrc`, docker's `auth`.

use std::ops::Range;

use super::context::{Context, Kind};
use super::header;
use super::placed::{self, Placed};
use super::rules::Rule;
use super::text::{
    WINDOW, before, byte, find_in, is_quote, is_word, line_start, skip_blanks, skip_space,
    skip_while,
};
use crate::secrets::candidate::Candidate;
use crate::secrets::score;

/// `machine … login … password …`: reads the value behind a `password` that ends at `name.end`.
pub(super) fn netrc(text: &[u8], context: &Context, name: &Range<usize>) -> Option<Candidate> {
    let word = &text[name.clone()];
    if !word.eq_ignore_ascii_case(b"password") && !word.eq_ignore_ascii_case(b"passwd") {
        return None;
    }
    let start = skip_blanks(text, name.end);
    if start == name.end || matches!(byte(text, start), Some(b'=' | b':')) {
        return None;
    }
    // The entry may spread over lines, in a file of its own name only.
    let own = context.is_named(&[".netrc", "_netrc", "netrc", ".authinfo"]);
    let from = if own {
        name.start.saturating_sub(300)
    } else {
        line_start(text, name.start)
    };
    let machine = find_in(text, from..name.start, "machine ").or_else(|| {
        own.then(|| find_in(text, from..name.start, "default"))
            .flatten()
    });
    let login = find_in(text, from..name.start, "login ");
    if machine.is_none() || login.is_none() && !own {
        return None;
    }
    let end = skip_while(text, start, 256, |b| {
        !b.is_ascii_whitespace() && !is_quote(b) && !matches!(b, b'<' | b'\\')
    });
    placed::judge(
        text,
        context,
        Placed {
            rule: Rule::File,
            value: start..end,
            extra: None,
            message: "password in a netrc entry",
        },
    )
}

/// Every line `host:port:database:user:password` of a `.pgpass`.
pub(super) fn pgpass(text: &[u8], context: &Context) -> Vec<Candidate> {
    if !context.is_named(&[".pgpass", "pgpass.conf", "pgpass"]) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(|&b| b == b'\n') {
        let body = line.trim_ascii_end();
        if !body.starts_with(b"#")
            && body.len() <= WINDOW
            && let Some(value) = fifth_field(body)
        {
            let value = start + value.start..start + value.end;
            found.extend(placed::judge(
                text,
                context,
                Placed {
                    rule: Rule::File,
                    value,
                    extra: None,
                    message: "password in a .pgpass line",
                },
            ));
        }
        start += line.len();
    }
    found
}

fn fifth_field(line: &[u8]) -> Option<Range<usize>> {
    let mut colons = 0;
    for (i, &b) in line.iter().enumerate() {
        if b == b':' && before(line, i) != Some(b'\\') {
            colons += 1;
            if colons == 4 {
                return (i + 1 < line.len()).then(|| i + 1..line.len());
            }
        }
    }
    None
}

/// `_auth=…`, `//registry/:_password=…` of npm, and docker's `"auth": "…"`: base64 of a pair or a password.
pub(super) fn encoded(text: &[u8], context: &Context, name: &Range<usize>) -> Option<Candidate> {
    let word = &text[name.clone()];
    let npm = word.ends_with(b"_auth") || word.ends_with(b"_password");
    let docker = word == b"auth"
        && before(text, name.start).is_some_and(is_quote)
        && matches!(
            context.kind,
            Kind::Data | Kind::Yaml | Kind::Config | Kind::Source | Kind::Shell
        );
    if !npm && !docker {
        return None;
    }
    let after = skip_while(text, name.end, 3, |b| is_quote(b) || b == b'\\');
    let sign = skip_blanks(text, after);
    if !matches!(byte(text, sign), Some(b'=' | b':')) {
        return None;
    }
    let start = skip_while(text, skip_space(text, sign + 1), 3, |b| {
        is_quote(b) || b == b'\\'
    });
    let end = skip_while(text, start, 512, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
    });
    if end - start < 8
        || byte(text, end)
            .is_some_and(|b| is_word(b) || matches!(b, b'.' | b'(' | b'{' | b'-' | b'$'))
    {
        return None;
    }
    let plain = if word.ends_with(b"_password") {
        header::printable_base64(&text[start..end])?
    } else {
        header::credentials(&text[start..end])?
    };
    let password = plain
        .iter()
        .position(|&b| b == b':')
        .map_or(&plain[..], |colon| &plain[colon + 1..]);
    let message = if docker {
        "registry credentials in a docker config"
    } else {
        "registry credentials in an npm config"
    };
    placed::judge_as(
        password,
        context,
        Placed {
            rule: Rule::File,
            value: start..end,
            extra: Some(score::DECODED),
            message,
        },
    )
}

/// Whether a keyword pair is a line of a file that exists to hold credentials.
pub(super) fn is_credentials_file(context: &Context) -> bool {
    context.is_named(&[
        ".npmrc",
        ".pypirc",
        ".netrc",
        "_netrc",
        ".pgpass",
        ".git-credentials",
        ".s3cfg",
        ".my.cnf",
        ".boto",
        ".htpasswd",
    ])
}
