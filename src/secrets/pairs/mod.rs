//! Finds credentials without a recognisable format: passwords, secrets, tokens and keys that a *name* or a
//! *place* gives away.
//!
//! In come a text, its place and the hits of [`KEYWORDS`] in it; out go candidates. Round each hit the pair
//! of name and value is read as syntax (`pair`, `literal`, `plain`, `named`), the name is understood
//! (`name`), the value is acquitted (`value`) or gets a shape (`shape`), and both are weighed (`score`).
//! Places that only a credential can take have readers of their own (`url`, `header`, `command`, `files`,
//! `connection`).
//!
//! It must not know the formats of tokens, which are rules. To add a syntax, add a reader and its anchors.

mod anchors;
mod arguments;
mod command;
mod connection;
pub(super) mod context;
mod files;
mod header;
mod identifier;
mod literal;
mod marks;
pub(super) mod name;
mod named;
mod nested;
pub(super) mod pair;
mod placed;
mod plain;
mod rules;
pub(super) mod shape;
mod sql;
#[cfg(test)]
mod tests;
mod text;
pub(super) mod trace;
mod url;
mod value;
mod vocabulary;

use std::ops::Range;

#[cfg(test)]
use anchors::KEYWORDS;
use anchors::{STARTS, Start};
pub(super) use context::Reading;
use context::{Context, Kind, Setting};
use name::Holder;
use pair::{Form, Pair};
use rules::Rule;
use shape::{Shape, Wording};

use super::candidate::{Candidate, Hit};
use super::score::{self, Meant, Sheet};
use crate::finding::{Category, printable};
use crate::rule::RuleMeta;

/// Returns what the rules of this reader say about themselves, sorted by id.
pub(super) fn metas() -> &'static [RuleMeta] {
    rules::ALL
}

/// Returns the credentials that names and places give away, in the order of their positions.
///
/// `hits` are all occurrences of [`KEYWORDS`], overlapping ones included. It is worth calling without hits:
/// some files are read by their name.
pub(super) fn find(context: &Context, text: &[u8], hits: &[Hit]) -> Vec<Candidate> {
    if context.setting == Setting::Generated {
        return Vec::new();
    }
    let mut found = files::pgpass(text, context);
    let mut last_name = 0..0;
    for hit in hits {
        match STARTS[hit.keyword] {
            Start::Name => {
                let anchor = bare(text, hit.start..hit.end);
                if last_name.start > anchor.start || anchor.end > last_name.end {
                    last_name = name::around(text, anchor);
                    found.extend(named_values(text, context, &last_name));
                }
            }
            Start::Url => found.extend(url::read(text, context, hit.start)),
            Start::Basic => found.extend(header::basic(text, context, hit.end)),
            Start::Bearer => found.extend(header::bearer(text, context, hit.end)),
            Start::Command(which) => found.extend(command::read(text, context, which, hit.end)),
            Start::Sql => found.extend(sql::identified_by(text, context, hit.end)),
            Start::Arguments(which) => {
                found.extend(arguments::password(text, context, which, hit.end));
            }
            Start::KeyArgument(which) => {
                found.extend(arguments::key(text, context, which, hit.end));
            }
            Start::Seam => {}
            Start::Characters => found.extend(arguments::characters(text, context, hit.start)),
            Start::Expected => found.extend(command::expected(text, context, hit.end)),
            Start::GoSource => found.extend(url::go_source(text, context, hit.start)),
            Start::Oracle => found.extend(url::oracle(text, context, hit.end)),
            Start::Encoded => found.extend(header::encoded(text, context, hit.end)),
            Start::Authorization => found.extend(header::authorization(text, context, hit.end)),
        }
    }
    without_overlaps(found)
}

/// Returns where literals may be put together.
pub(super) fn seams(hits: &[Hit]) -> Vec<usize> {
    let is_seam = |hit: &&Hit| matches!(STARTS[hit.keyword], Start::Seam);
    hits.iter().filter(is_seam).map(|hit| hit.start).collect()
}

/// The anchor without the quotation marks and operators that it may have at its ends.
fn bare(text: &[u8], Range { mut start, mut end }: Range<usize>) -> Range<usize> {
    while start + 1 < end && text::is_quote(text[start]) {
        start += 1;
    }
    while start + 1 < end && !text::is_word(text[end - 1]) {
        end -= 1;
    }
    start..end
}

/// Reads and judges the values of one name.
fn named_values(text: &[u8], context: &Context, name: &Range<usize>) -> Vec<Candidate> {
    let special = files::netrc(text, context, name).or_else(|| files::encoded(text, context, name));
    if let Some(candidate) = special {
        return vec![candidate];
    }
    let pairs = pair::read(text, context, name.clone());
    let Some(first) = pairs.first() else {
        return Vec::new();
    };
    let Some(meaning) = name::meaning(&text[first.name.clone()]) else {
        return Vec::new();
    };
    pairs
        .iter()
        .filter_map(|pair| judge(text, context, pair, &meaning))
        .collect()
}

/// Judges one pair.
fn judge(
    text: &[u8],
    context: &Context,
    pair: &Pair,
    meaning: &name::Meaning,
) -> Option<Candidate> {
    let value = if is_connected(text, pair, meaning) {
        connection::cut(text, pair)
    } else {
        pair.value.clone()
    };
    let value = match meaning.holder {
        Holder::Vague => password_of_account(text, value.clone()).unwrap_or(value),
        _ => value,
    };
    let bytes = text.get(value.clone())?;
    // Kubernetes and others keep secrets in base64; what it holds decides.
    let encoded = bytes.len() >= 8 && bytes.len() % 4 == 0;
    let decoded = encoded.then(|| header::printable_base64(bytes)).flatten();
    let plain = decoded.as_deref().unwrap_or(bytes);
    let plain = plain.strip_prefix(b"base64:").unwrap_or(plain);
    let shape = shape::of_value(plain, wording(context, meaning))?;
    if repeats(plain, &meaning.words) {
        return None;
    }
    let open = matches!(meaning.holder, Holder::Key | Holder::Vague);
    if open && is_key_fingerprint(plain) {
        return None;
    }
    let (rule, sheet) = weigh(text, context, pair, meaning, shape);
    if sheet.total() < score::MEDIUM {
        return None;
    }
    Some(Candidate {
        rule: rule.meta(),
        value,
        public_prefix: 0,
        family: rule.family(),
        sheet,
        message: message(rule, pair.form),
        notes: vec![format!(
            "name: {}",
            printable(&String::from_utf8_lossy(&text[pair.name.clone()]))
        )],
    })
}

/// Returns which words a value under this name may consist of.
fn wording(context: &Context, meaning: &name::Meaning) -> Wording {
    let runs = matches!(context.kind, Kind::Source | Kind::Config | Kind::Shell);
    match meaning.holder {
        Holder::Password => Wording::Password,
        Holder::Secret if runs && meaning.is_of_signing_key() => Wording::SigningKey,
        _ => Wording::Nothing,
    }
}

/// Returns the rule that speaks of a pair whose value has this shape, and what it weighs.
fn weigh(
    text: &[u8],
    context: &Context,
    pair: &Pair,
    meaning: &name::Meaning,
    shape: Shape,
) -> (Rule, Sheet) {
    let connected = is_connected(text, pair, meaning);
    let (rule, meant) = match connected {
        true => (Rule::ConnectionString, Meant::Placed),
        false if sql::is_account(text, &pair.name) => (Rule::Sql, Meant::Placed),
        false if files::is_credentials_file(context) && pair.form == Form::Plain => {
            (Rule::File, Meant::Placed)
        }
        // A block of that name holds other things as well.
        false if pair.form == Form::Member && meaning.holder != Holder::Vague => {
            (Rule::of(meaning.holder), Meant::Named(Holder::Key))
        }
        false => (Rule::of(meaning.holder), Meant::Named(meaning.holder)),
    };
    let mut sheet = Sheet::of_pair(meant, shape, pair.form, context);
    if is_commented(text, pair) {
        sheet.add(score::COMMENTED);
    }
    if connected && connection::is_local(text, pair) {
        sheet.add(score::LOCAL);
    }
    if shape == Shape::Word && meaning.is_of_account() && is_bare_password(text, context, pair) {
        sheet.add(score::ACCOUNT);
    }
    (rule, sheet)
}

/// Whether the pair is a part of a connection string.
fn is_connected(text: &[u8], pair: &Pair, meaning: &name::Meaning) -> bool {
    meaning.holder != Holder::Token && connection::holds(text, pair)
}

/// Whether the value is one word in lower case that is neither a word of programs nor the name of what is near by: the
/// user, the database.
fn is_bare_password(text: &[u8], context: &Context, pair: &Pair) -> bool {
    let value = &text[pair.value.clone()];
    let around = text::line_start(text, pair.name.start).saturating_sub(200)
        ..text.len().min(pair.value.end + 200);
    let (before, after) = (
        &text[around.start..pair.value.start],
        &text[pair.value.end..around.end],
    );
    value.len() >= 5
        && value.iter().all(u8::is_ascii_lowercase)
        && context.kind != Kind::Data
        && !vocabulary::is_made_of_plain(&String::from_utf8_lossy(value))
        && [before, after]
            .iter()
            .all(|part| memchr::memmem::find(part, value).is_none())
}

/// The password of `user:password`, which `basic_auth` and `credentials` hold.
fn password_of_account(text: &[u8], value: Range<usize>) -> Option<Range<usize>> {
    let (user, password) = url::split_pair(text, value)?;
    let is_name = |b: &u8| text::is_word(*b) || matches!(b, b'.' | b'-' | b'@');
    let single = !text[password.clone()].contains(&b':') && text[password.start] != b'/';
    (user.len() > 1 && single && text[user].iter().all(is_name)).then_some(password)
}

/// Whether the value is written as OpenPGP writes the fingerprints of public keys: 40 digits in capitals.
fn is_key_fingerprint(value: &[u8]) -> bool {
    value.len() == 40 && value.iter().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'))
}

/// Whether the pair stands on a line that is commented out.
fn is_commented(text: &[u8], pair: &Pair) -> bool {
    let head = text[text::line_start(text, pair.name.start)..pair.name.start].trim_ascii_start();
    pair.form != Form::Remark
        && [&b"#"[..], b"//", b";", b"*", b"<!--", b"--"]
            .iter()
            .any(|mark| head.starts_with(mark))
        && !head.starts_with(b"#define")
}

/// Whether the value says no more than its name: `password = "db_password_1"`.
fn repeats(value: &[u8], name: &[String]) -> bool {
    let words = name::words(value);
    let digits = value
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit())
        .count();
    digits < 3
        && !words.is_empty()
        && !value::is_stock(value)
        && !value::is_numbered_word(value)
        && !value::has_odd_symbols(value)
        && words
            .iter()
            .all(|word| name.contains(word) || vocabulary::is_plain(word))
}

fn message(rule: Rule, form: Form) -> String {
    let what = match rule {
        Rule::Password => "password",
        Rule::Secret => "secret",
        Rule::Token => "token",
        Rule::ApiKey => "API key",
        other => return other.meta().title.to_owned(),
    };
    let how = match form {
        Form::Compared => "compared with a literal",
        Form::Passed | Form::Positional => "passed as a literal",
        Form::Fallback => "with a literal to fall back on",
        Form::Query => "in the query of a URL",
        Form::Flag => "on a command line",
        Form::Inline => "within a string",
        Form::Remark => "written in text",
        Form::Literal | Form::Plain | Form::Markup | Form::Member => "assigned a literal",
    };
    format!("{what} {how}")
}

/// Keeps one candidate where several claim the same bytes: a credential before a keyword, the surer first.
fn without_overlaps(mut found: Vec<Candidate>) -> Vec<Candidate> {
    let rank = |c: &Candidate| {
        (
            c.rule.category == Category::Credential,
            c.sheet.total() >= score::HIGH,
        )
    };
    found.sort_by(|a, b| {
        a.value
            .start
            .cmp(&b.value.start)
            .then(rank(b).cmp(&rank(a)))
    });
    let mut kept: Vec<Candidate> = Vec::with_capacity(found.len());
    for candidate in found {
        match kept.last_mut() {
            Some(last) if candidate.value.start < last.value.end => {
                if rank(&candidate) > rank(last) {
                    *last = candidate;
                }
            }
            _ => kept.push(candidate),
        }
    }
    kept
}
