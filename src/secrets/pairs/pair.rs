//! Reads the syntax round a name: which value belongs to it, and how the two are tied together.
//!
//! In: the text, where the name stands, how the file is written. Out: pairs, judged by nobody yet.

use std::ops::Range;

use super::context::{Context, Kind};
use super::literal::{self, Literal};
use super::text::{
    back_while, before, byte, enclosing_quote, ends, is_blank, is_quote, is_word, line_start,
    skip_blanks, skip_space, skip_while, starts,
};
use super::{name, named, nested, plain, sql};

/// How a value is tied to its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::secrets) enum Form {
    /// `name = "value"`, `"name": "value"` with a literal in quotes.
    Literal,
    /// The same without quotes, in a file where that counts.
    Plain,
    /// `if name == "value"`.
    Compared,
    /// `name("value")`, `setName("value")`.
    Passed,
    /// `("name", "value")`.
    Positional,
    /// What stands in when a variable is not set.
    Fallback,
    /// An attribute or element of markup, or `name=… value=…`.
    Markup,
    /// `[name]` or `name:` with a block below it, of which the value is a member.
    Member,
    /// `?name=value`.
    Query,
    /// `--name value`.
    Flag,
    /// `name=value` or `Name: value` within a string.
    Inline,
    /// `name: value` in a comment or in prose.
    Remark,
}

/// A name and the value that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    /// The name, without quotes.
    pub(super) name: Range<usize>,
    /// The value, without quotes.
    pub(super) value: Range<usize>,
    /// How they are tied.
    pub(super) form: Form,
}

/// The name as it stands in the text.
pub(super) struct Named {
    /// The name, without quotes.
    pub(super) name: Range<usize>,
    /// The quotation mark round it, with the number of backslashes before it.
    pub(super) quote: Option<(u8, usize)>,
    /// Behind the name and its quotation mark.
    pub(super) after: usize,
    /// Before the name and its quotation mark.
    pub(super) front: usize,
}

impl Named {
    /// Returns where the line begins, or the edge of the window.
    pub(super) fn line(&self, text: &[u8]) -> usize {
        line_start(text, self.front)
    }
}

/// Reads what the name at `name` is tied to.
pub(super) fn read(text: &[u8], context: &Context, name: Range<usize>) -> Vec<Pair> {
    let Some(named) = surroundings(text, name) else {
        return Vec::new();
    };
    let found = named::paired_value(text, &named)
        .or_else(|| sql::inserted(text, &named).map(|values| (values, Form::Literal)))
        .or_else(|| by_operator(text, context, &named))
        .or_else(|| plain::spaced(text, context, &named))
        .or_else(|| nested::read(text, context, &named));
    let Some((literals, form)) = found else {
        return Vec::new();
    };
    literals
        .into_iter()
        .map(|value| Pair {
            name: named.name.clone(),
            value,
            form,
        })
        .collect()
}

/// Finds the quotes round a name; nothing if the name is the end of a longer text in quotes.
fn surroundings(text: &[u8], name: Range<usize>) -> Option<Named> {
    let slashes = skip_while(text, name.end, 8, |b| b == b'\\') - name.end;
    let mark = byte(text, name.end + slashes).filter(|&b| is_quote(b));
    let Some(mark) = mark else {
        return Some(Named {
            front: name.start,
            after: name.end,
            quote: None,
            name,
        });
    };
    // A key may have several words; the anchor is in the last.
    let start = back_while(text, name.start, 48, |b| {
        is_word(b) || matches!(b, b' ' | b'.' | b'-' | b'/' | b':' | b'$' | b'#')
    });
    let opened = before(text, start) == Some(mark);
    if !opened {
        return None;
    }
    let back = back_while(text, start - 1, 8, |b| b == b'\\');
    let name = start..name.end;
    Some(Named {
        front: back,
        after: name.end + slashes + 1,
        quote: Some((mark, slashes)),
        name,
    })
}

/// What an operator does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    Assign,
    Map,
    Compare,
    Call,
    Comma,
    Fallback,
    /// What is typed into the field of that name.
    Typed,
}

type Found = (Vec<Range<usize>>, Form);

fn by_operator(text: &[u8], context: &Context, named: &Named) -> Option<Found> {
    let at = skip_subscript(text, named);
    let (operator, after) =
        operator(text, named, at).or_else(|| annotated(text, context, named, at))?;
    match operator {
        Operator::Assign | Operator::Map => {
            assigned(text, context, named, operator == Operator::Map, after)
        }
        Operator::Compare => one(literal::at(text, skip_blanks(text, after)), Form::Compared),
        Operator::Call => one(
            literal::at(text, skip_space(text, after)),
            form_of_call(&text[named.name.clone()])?,
        ),
        Operator::Typed => one(literal::at(text, after), Form::Passed),
        Operator::Comma => one(
            literal::at(text, skip_space(text, after)),
            positional(text, named)?,
        ),
        Operator::Fallback if in_template(text, named) => {
            plain::in_template(text, after).map(|value| (vec![value], Form::Fallback))
        }
        Operator::Fallback => one(
            literal::wrapped(text, skip_space(text, after)),
            Form::Fallback,
        ),
    }
}

fn one(literal: Option<Literal>, form: Form) -> Option<Found> {
    literal.filter(|l| l.whole).map(|l| (vec![l.value], form))
}

/// Steps over what may stand between a name and its operator: `]`, `)`, `?`, `!`, `[32]`, blanks.
fn skip_subscript(text: &[u8], named: &Named) -> usize {
    let mut at = named.after;
    if named.quote.is_some() {
        at = skip_while(text, at, 3, |b| matches!(b, b']' | b')'));
    } else if byte(text, at) == Some(b'[') {
        let close = skip_while(text, at + 1, 24, |b| is_word(b) || b == b' ');
        if byte(text, close) == Some(b']') {
            at = close + 1;
        }
    } else if byte(text, at) == Some(b']') && byte(text, at + 1).is_some_and(is_quote) {
        // `get('input[name=password]').type(…)`.
        at = skip_while(text, at + 2, 1, |b| b == b')');
    } else if matches!(byte(text, at), Some(b'?' | b'!'))
        && matches!(byte(text, at + 1), Some(b':' | b' '))
    {
        at += 1;
    }
    let at = skip_blanks(text, at);
    // `string Password { get; set; } = "…"`.
    if byte(text, at) == Some(b'{') && starts(text, skip_blanks(text, at + 1), "get") {
        let close = skip_while(text, at, 48, |b| b != b'}' && b != b'\n');
        return skip_blanks(text, close + 1);
    }
    at
}

/// What a sign behind a name does, if anything; the longer signs come first.
const OPERATORS: &[(&str, Option<Operator>)] = &[
    ("===", Some(Operator::Compare)),
    ("!==", Some(Operator::Compare)),
    ("==", Some(Operator::Compare)),
    ("!=", Some(Operator::Compare)),
    ("=~", None),
    ("=>", Some(Operator::Map)),
    ("=", Some(Operator::Assign)),
    ("::=", Some(Operator::Assign)),
    ("::", None),
    (":=", Some(Operator::Assign)),
    (":-", Some(Operator::Fallback)),
    (":+", None),
    (":?", None),
    (":", Some(Operator::Map)),
    ("??=", Some(Operator::Assign)),
    ("||=", Some(Operator::Assign)),
    ("?=", Some(Operator::Assign)),
    ("||", Some(Operator::Fallback)),
    ("??", Some(Operator::Fallback)),
    ("?:", Some(Operator::Fallback)),
    ("or ", Some(Operator::Fallback)),
    (".unwrap_or", Some(Operator::Fallback)),
    (").unwrap_or", Some(Operator::Fallback)),
    (".type(", Some(Operator::Typed)),
    (".fill(", Some(Operator::Typed)),
    (".send_keys(", Some(Operator::Typed)),
    (".sendkeys(", Some(Operator::Typed)),
    (".setvalue(", Some(Operator::Typed)),
    ("eq ", Some(Operator::Compare)),
    ("<-", Some(Operator::Assign)),
    (",", Some(Operator::Comma)),
];

fn operator(text: &[u8], named: &Named, at: usize) -> Option<(Operator, usize)> {
    // A part of `arn:…:secret:name` is no key.
    if byte(text, at) == Some(b':') && before(text, named.front) == Some(b':') {
        return None;
    }
    let (sign, operator) = OPERATORS.iter().find(|(sign, _)| starts(text, at, sign))?;
    let mut after = at + sign.len();
    match (*operator)? {
        // `{password, "…"}` is a pair of Erlang.
        Operator::Comma if ends(text, named.front, "set :") => Some((Operator::Assign, after)),
        Operator::Comma
            if named.quote.is_none() && !matches!(before(text, named.front), Some(b'{' | b'(')) =>
        {
            None
        }
        Operator::Comma if at != skip_blanks(text, named.after) => None,
        Operator::Fallback if sign.ends_with("unwrap_or") => {
            after = skip_while(text, after, 40, |b| {
                is_word(b) || matches!(b, b'(' | b'|' | b' ')
            });
            Some((Operator::Fallback, after))
        }
        operator => Some((operator, after)),
    }
    .or_else(|| call(text, named, at))
}

fn call(text: &[u8], named: &Named, at: usize) -> Option<(Operator, usize)> {
    (byte(text, at) == Some(b'(') && named.quote.is_none() && at == named.after)
        .then_some((Operator::Call, at + 1))
}

/// `name: Type = …`, `name Type = …`, `name As Type = …`: the operator behind a type.
fn annotated(
    text: &[u8],
    context: &Context,
    named: &Named,
    at: usize,
) -> Option<(Operator, usize)> {
    if let Some(found) = call(text, named, at) {
        return Some(found);
    }
    if !matches!(context.kind, Kind::Source | Kind::Prose) || at == named.after {
        return None;
    }
    let from = if starts(text, at, "as ") { at + 3 } else { at };
    let end = skip_while(text, from, 40, |b| {
        is_word(b) || matches!(b, b'*' | b'.' | b'[' | b']' | b'&')
    });
    let sign = skip_blanks(text, end);
    let word = &text[from..end];
    let is_logic = [
        &b"is"[..],
        b"in",
        b"and",
        b"or",
        b"not",
        b"if",
        b"eq",
        b"like",
        b"as",
    ]
    .contains(&word);
    (end > from
        && !is_logic
        && byte(text, sign) == Some(b'=')
        && !matches!(byte(text, sign + 1), Some(b'=' | b'>' | b'~')))
    .then_some((Operator::Assign, sign + 1))
}

fn assigned(
    text: &[u8],
    context: &Context,
    named: &Named,
    map: bool,
    after: usize,
) -> Option<Found> {
    let inside = (named.quote.is_none())
        .then(|| enclosing_quote(text, named.line(text), named.front))
        .flatten();
    let at = skip_blanks(text, after);
    // A quotation mark that closes the string in which the name stands opens no value.
    let closes = inside.is_some() && byte(text, at) == inside;
    if closes {
        return None;
    }
    if in_template(text, named) {
        return plain::in_template(text, after).map(|value| (vec![value], Form::Fallback));
    }
    if inside.is_none() || byte(text, at).is_some_and(is_quote) || byte(text, at) == Some(b'\\') {
        let typed = if map {
            behind_type(text, context, at)
        } else {
            None
        };
        let found = literal::values(text, typed.unwrap_or(at), context.kind);
        if !found.is_empty() {
            return Some((
                found,
                if attribute(text, context, named) {
                    Form::Markup
                } else {
                    Form::Literal
                },
            ));
        }
    }
    plain::value(text, context, named, map, after, inside)
}

/// Whether the name is the variable of `${name:…}`.
fn in_template(text: &[u8], named: &Named) -> bool {
    let open = back_while(text, named.front, 24, |b| {
        is_word(b) || matches!(b, b'.' | b':' | b'-')
    });
    ends(text, open, "${")
}

fn attribute(text: &[u8], context: &Context, named: &Named) -> bool {
    context.kind == Kind::Markup
        && named.quote.is_none()
        && before(text, named.front).is_some_and(is_blank)
}

/// `str = "…"` behind a colon: where the value begins, if a type and an assignment stand first.
fn behind_type(text: &[u8], context: &Context, at: usize) -> Option<usize> {
    if context.kind != Kind::Source {
        return None;
    }
    let end = skip_while(text, at, 64, |b| {
        is_word(b)
            || matches!(
                b,
                b' ' | b'<' | b'>' | b'[' | b']' | b'|' | b'?' | b'*' | b'&' | b'\'' | b'.' | b':'
            )
    });
    let has_type = end > at && !matches!(text[at], b'"' | b'`' | b'\'');
    let assigns =
        byte(text, end) == Some(b'=') && !matches!(byte(text, end + 1), Some(b'=' | b'>'));
    (has_type && assigns).then(|| skip_blanks(text, end + 1))
}

/// What a call does with its first argument: `password.equals(`, `setPassword(`, `withToken(`.
///
/// A method of the secret's own (`password.encode(`) says nothing about it.
fn form_of_call(name: &[u8]) -> Option<Form> {
    let method = name.rsplit(|&b| b == b'.').next().unwrap_or_default();
    if COMPARISONS
        .iter()
        .any(|comparison| comparison.as_bytes() == method)
    {
        return Some(Form::Compared);
    }
    name::meaning(method).map(|_| Form::Passed)
}

/// Methods that compare the secret with their argument.
const COMPARISONS: &[&str] = &["equals", "equalsIgnoreCase", "isEqual", "eq", "compareTo"];

/// Decides what a comma between a quoted name and a value means.
fn positional(text: &[u8], named: &Named) -> Option<Form> {
    // Lists of command-line arguments: `["--password", "…"]`.
    if text[named.name.clone()].starts_with(b"-") || before(text, named.name.start) == Some(b'-') {
        return Some(Form::Flag);
    }
    let open = back_while(text, named.front, 64, |b| b.is_ascii_whitespace());
    if named.quote.is_none() && before(text, open) == Some(b'{') {
        return Some(Form::Literal);
    }
    if before(text, open) != Some(b'(') {
        // `setattr(object, "name", "value")`.
        let first = back_while(text, open, 48, |b| is_word(b) || b", .->&\"'".contains(&b));
        let setter = ["setattr(", "hset(", "stringvar(", ".set("]
            .iter()
            .any(|callee| ends(text, first, callee));
        return (setter && before(text, open) == Some(b',')).then_some(Form::Passed);
    }
    let front = back_while(text, open - 1, 64, |b| b.is_ascii_whitespace());
    // `VALUES ('name', 'value')` and `[("name", "value"), …]`.
    if ends(text, front, "values") || matches!(before(text, front), Some(b',' | b'[')) {
        return Some(Form::Positional);
    }
    let callee = &text[back_while(text, open - 1, 48, |b| is_word(b) || b == b'.')..open - 1];
    let last = callee.rsplit(|&b| b == b'.').next().unwrap_or_default();
    let last = String::from_utf8_lossy(last).to_ascii_lowercase();
    let reads = [
        "getenv",
        "env",
        "environ",
        "fetch",
        "get",
        "getordefault",
        "config",
        "getproperty",
        "getstring",
        "lookup",
        "default",
        "getenvordefault",
        "string",
        "get_env",
        "envordefault",
    ];
    if named.quote.is_none() {
        return is_setter(&last).then_some(Form::Positional);
    }
    if reads.contains(&last.as_str()) || last.ends_with("env") || last.contains("default") {
        return Some(Form::Fallback);
    }
    if ASSIGNS.contains(&last.as_str()) {
        return Some(Form::Passed);
    }
    is_setter(&last).then_some(Form::Positional)
}

/// Calls that do nothing else than give a value to a name.
const ASSIGNS: &[&str] = &["define", "setenv", "putenv", "setproperty"];

fn is_setter(callee: &str) -> bool {
    SETTERS.iter().any(|setter| callee.starts_with(setter))
}

/// Calls that tie their first argument to their second.
#[rustfmt::skip]
const SETTERS: &[&str] = &[
    "set", "put", "add", "define", "append", "header", "with", "env", "entry", "pair", "of", "store",
    "insert", "param", "property", "field", "bind", "push", "setenv", "setx", "tuple", "assign", "update",
    "write", "save", "secret", "option", "var", "keyvaluepair", "namevaluepair", "basicnamevaluepair", "attr",
    "data", "query", "cookie", "config", "fill", "type", "sendkeys", "strcpy", "strncpy", "strlcpy",
];
