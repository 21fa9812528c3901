//! Reads `scheme://user:password@host`.

use std::ops::Range;

use super::context::Context;
use super::identifier::is_of_plain_words;
use super::placed::{self, Placed};
use super::rules::Rule;
use super::text::{back_while, byte, ends, is_quote, skip_while};
use crate::secrets::candidate::Candidate;
use crate::secrets::score;

/// The longest part of a URL before its host.
const LONGEST_USERINFO: usize = 512;

/// Where a host is, which says how much its password opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// A name or address of the internet.
    Public,
    /// An address of a private network.
    Private,
    /// A single label, as containers have among themselves.
    Service,
    /// This machine.
    Local,
    /// A host of documentation.
    Example,
    /// A variable or nothing.
    Unknown,
}

/// Reads the URL whose `://` begins at `at`.
pub(super) fn read(text: &[u8], context: &Context, at: usize) -> Option<Candidate> {
    let scheme = back_while(text, at, 24, |b| {
        b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.')
    });
    if scheme == at {
        return None;
    }
    let start = at + "://".len();
    let end = skip_while(text, start, LONGEST_USERINFO, |b| !ends_authority(b));
    let authority = &text[start..end];
    let split = authority.iter().rposition(|&b| b == b'@')?;
    let colon = authority[..split].iter().position(|&b| b == b':')?;
    let password = start + colon + 1..start + split;
    let user = &authority[..colon];
    let host = host(&authority[split + 1..]);
    let plain = percent_decoded(&text[password.clone()]);
    let reach = reach(host);
    if reach == Reach::Example || is_trivial(user, &plain, reach) || looks_like_port(&plain, user) {
        return None;
    }
    // `user:pass@` of a pattern or a usage text.
    if user
        .iter()
        .any(|b| matches!(b, b'[' | b'(' | b'*' | b'\\' | b'|'))
        || ends(text, scheme, "\\")
    {
        return None;
    }
    let extra = match reach {
        Reach::Public => Some(score::PUBLIC),
        Reach::Private | Reach::Unknown => None,
        Reach::Service => Some(score::CONTAINER),
        Reach::Local => Some(score::LOCAL),
        Reach::Example => return None,
    };
    placed::judge_as(
        &plain,
        context,
        Placed {
            rule: Rule::Url,
            value: password,
            extra,
            message: "credentials in a URL",
        },
    )
}

/// Reads `user:password@tcp(host:port)/database`, whose `@` is at `at`.
pub(super) fn go_source(text: &[u8], context: &Context, at: usize) -> Option<Candidate> {
    let start = back_while(text, at, LONGEST_USERINFO, |b| !ends_authority(b));
    let (user, password) = split_pair(text, start..at)?;
    let host = &text[at..text.len().min(at + 24)];
    let local = ["(localhost", "(127.", "unix("]
        .iter()
        .any(|known| super::text::contains(host, known));
    account(text, context, user, password, local)
}

/// Reads `user/password@service` behind the beginning of a JDBC URL or of a command, which ends at `at`.
pub(super) fn oracle(text: &[u8], context: &Context, at: usize) -> Option<Candidate> {
    let mut start = skip_while(text, at, 8, |b| super::text::is_blank(b) || is_quote(b));
    while byte(text, start) == Some(b'-') {
        let flag = skip_while(text, start, 8, |b| !b.is_ascii_whitespace());
        start = skip_while(text, flag, 4, super::text::is_blank);
    }
    let ends = |b: u8| b.is_ascii_whitespace() || is_quote(b) || matches!(b, b'@' | b'(' | b',');
    let slash = skip_while(text, start, 64, |b| b != b'/' && !ends(b));
    let end = skip_while(text, slash, 128, |b| !ends(b));
    if slash == start || byte(text, slash) != Some(b'/') || byte(text, end) != Some(b'@') {
        return None;
    }
    let host = &text[end..text.len().min(end + 24)];
    let local = super::text::contains(host, "localhost") || super::text::contains(host, "@127.");
    account(text, context, start..slash, slash + 1..end, local)
}

/// Judges the password of an account of a database.
fn account(
    text: &[u8],
    context: &Context,
    user: Range<usize>,
    password: Range<usize>,
    local: bool,
) -> Option<Candidate> {
    if is_trivial(&text[user], &text[password.clone()], Reach::Private) {
        return None;
    }
    placed::judge(
        text,
        context,
        Placed {
            rule: Rule::ConnectionString,
            value: password,
            extra: local.then_some(score::LOCAL),
            message: "password in a connection string",
        },
    )
}

fn ends_authority(b: u8) -> bool {
    b.is_ascii_whitespace()
        || is_quote(b)
        || matches!(b, b'/' | b'<' | b'>' | b'?' | b',' | b')' | b']')
}

/// The host without its port.
fn host(rest: &[u8]) -> &[u8] {
    let end = rest
        .iter()
        .position(|b| matches!(b, b':' | b'#' | b'\\' | b'&' | b';'))
        .unwrap_or(rest.len());
    &rest[..end]
}

/// Hosts of documentation and of examples; whole, or as a last label.
#[rustfmt::skip]
const EXAMPLE_HOSTS: &[&str] = &[
    "host", "hostname", "server", "example", "domain", "foo", "bar", "baz", "myhost", "myserver", "mydomain",
    "yourhost", "yourserver", "yourdomain", "somehost", "some", "proxyhost", "dbhost", "hostname1", "host1",
    "host2", "acme", "your-host", "my-host", "ip", "addr", "address", "site", "website",
];

fn reach(host: &[u8]) -> Reach {
    let host = String::from_utf8_lossy(host).to_ascii_lowercase();
    let first = host.split('.').next().unwrap_or_default();
    let last = host.rsplit('.').next().unwrap_or_default();
    let labels = host.split('.').count();
    if host.is_empty() || host.contains(['$', '{', '%', '<', '*', '[']) {
        return Reach::Unknown;
    }
    if [
        "localhost",
        "127.0.0.1",
        "0.0.0.0",
        "::1",
        "host.docker.internal",
    ]
    .contains(&host.as_str())
        || host.starts_with("127.")
        || last == "localhost"
    {
        return Reach::Local;
    }
    let example = host
        .split('.')
        .any(|label| label.starts_with("example") || label.ends_with("example"))
        || last == "test"
        || last == "invalid"
        || host.ends_with("domain.com")
        || last == "tld"
        || (labels <= 2 && EXAMPLE_HOSTS.contains(&first));
    if example {
        return Reach::Example;
    }
    if host.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        let private = host.starts_with("10.")
            || host.starts_with("192.168.")
            || host.starts_with("172.")
            || host.starts_with("169.254.");
        return if private {
            Reach::Private
        } else {
            Reach::Public
        };
    }
    match labels {
        1 => Reach::Service,
        _ if last == "local" || last == "svc" || last == "internal" || last == "lan" => {
            Reach::Private
        }
        _ => Reach::Public,
    }
}

/// The password repeats the user, or is what a container image starts with.
fn is_trivial(user: &[u8], password: &[u8], reach: Reach) -> bool {
    let contained = password.len() >= 4
        && !user.is_empty()
        && reach != Reach::Public
        && (super::text::contains(user, &String::from_utf8_lossy(password))
            || super::text::contains(password, &String::from_utf8_lossy(user)));
    // Who may choose takes one word for both; a word such as `postgres` is what an image starts with.
    let chosen = reach == Reach::Public && !is_of_plain_words(password);
    contained || password == user && !chosen
}

/// `host:8080@…` of paths and e-mail addresses.
fn looks_like_port(password: &[u8], user: &[u8]) -> bool {
    password.iter().all(u8::is_ascii_digit) && password.len() <= 5
        || user.contains(&b'.') && password.iter().all(u8::is_ascii_digit)
}

/// Undoes `%40` and the like; what is no escape stays as it is.
pub(super) fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |b: Option<u8>| b.and_then(|b| (b as char).to_digit(16));
    let mut plain = Vec::with_capacity(text.len());
    let mut i = 0;
    while i < text.len() {
        match (text[i], digit(byte(text, i + 1)), digit(byte(text, i + 2))) {
            (b'%', Some(high), Some(low)) => {
                plain.push((high << 4 | low) as u8);
                i += 3;
            }
            (b, _, _) => {
                plain.push(b);
                i += 1;
            }
        }
    }
    plain
}

/// The user and the password of `user:password`, as ranges.
pub(super) fn split_pair(text: &[u8], pair: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let colon = text.get(pair.clone())?.iter().position(|&b| b == b':')?;
    let at = pair.start + colon;
    (colon > 0 && at + 1 < pair.end).then(|| (pair.start..at, at + 1..pair.end))
}
