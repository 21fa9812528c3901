//! Says what the reader of names and values makes of a value: which name is tied to it, and every gate on the way.

use std::ops::Range;

use super::anchors::{STARTS, Start};
use super::context::{Context, Setting};
use super::name::{self, Holder};
use super::pair::{self, Form, Pair};
use super::shape::{self, Wording};
use super::value::{self, Innocent};
use super::{bare, repeats, weigh, wording};
use crate::finding::printable;
use crate::secrets::candidate::Hit;
use crate::secrets::score::{self, Meant, Sheet};
use crate::secrets::why::Gate;

/// Returns the gates of every name that is tied to the value.
pub(in crate::secrets) fn names(
    context: &Context,
    text: &[u8],
    hits: &[Hit],
    value: &Range<usize>,
) -> Vec<Gate> {
    let mut gates = Vec::new();
    if context.setting == Setting::Generated {
        gates.push(Gate::failed(
            "the file is generated, vendored or a lock file: names are not read",
        ));
    }
    let names = hits
        .iter()
        .filter(|hit| matches!(STARTS[hit.keyword], Start::Name));
    let mut seen = Vec::new();
    for hit in names {
        let name = name::around(text, bare(text, hit.start..hit.end));
        if seen.contains(&name) {
            continue;
        }
        let pairs = pair::read(text, context, name.clone());
        let tied = pairs
            .into_iter()
            .find(|pair| pair.value.start < value.end && value.start < pair.value.end);
        if let Some(pair) = tied {
            gates.extend(of_pair(context, text, &pair));
        }
        seen.push(name);
    }
    if gates.is_empty() {
        gates.push(Gate::failed(
            "no name such as `password` is tied to it by a syntax that is read",
        ));
        gates.extend(value_gates(&text[value.clone()], Wording::Password));
    }
    gates
}

fn of_pair(context: &Context, text: &[u8], pair: &Pair) -> Vec<Gate> {
    let shown = printable(&String::from_utf8_lossy(&text[pair.name.clone()]));
    let Some(meaning) = name::meaning(&text[pair.name.clone()]) else {
        return vec![Gate::failed(format!(
            "the name `{shown}` speaks about a secret, it does not hold one"
        ))];
    };
    let mut gates = vec![Gate::passed(format!("the name `{shown}` is tied to it"))];
    let bytes = &text[pair.value.clone()];
    if repeats(bytes, &meaning.words) {
        gates.push(Gate::failed("it says no more than its name"));
        return gates;
    }
    let wording = wording(context, &meaning);
    gates.extend(value_gates(bytes, wording));
    if let Some(shape) = shape::of_value(bytes, wording) {
        let (_, sheet) = weigh(text, context, pair, &meaning, shape);
        gates.push(weighed(&sheet));
    }
    gates
}

/// Returns what can be said of a value whose place is not known: its look, and its worth under each class of name.
pub(in crate::secrets) fn value_alone(bytes: &[u8]) -> Vec<Gate> {
    let mut gates = value_gates(bytes, Wording::Password);
    if let Some(shape) = shape::of_value(bytes, Wording::Password) {
        use Holder::{ApiKey, Key, Password, Secret, Token};
        let context = Context::of(&crate::finding::Place::CommitMessage);
        for holder in [Password, Secret, ApiKey, Token, Key] {
            let sheet = Sheet::of_pair(Meant::Named(holder), shape, Form::Literal, &context);
            gates.push(weighed(&sheet));
        }
    }
    gates
}

fn value_gates(bytes: &[u8], wording: Wording) -> Vec<Gate> {
    let shape = shape::of_value(bytes, wording);
    if shape.is_none()
        && let Some(innocent) = value::innocent(bytes)
    {
        return vec![Gate::failed(reason(innocent))];
    }
    match shape {
        Some(shape) => vec![Gate::passed(format!(
            "nothing innocent explains it: it is {}",
            shape.look()
        ))],
        None => vec![Gate::failed("it is too short and too plain for a secret")],
    }
}

fn weighed(sheet: &Sheet) -> Gate {
    let said = format!(
        "{} makes {}; {} is the least that is reported",
        sheet.lines().join(", "),
        sheet.total(),
        score::MEDIUM
    );
    if sheet.total() < score::MEDIUM {
        Gate::failed(said)
    } else {
        Gate::passed(said)
    }
}

fn reason(innocent: Innocent) -> &'static str {
    match innocent {
        Innocent::Short => "it has fewer than four characters",
        Innocent::Reference => {
            "it stands for a value that is kept elsewhere: a variable, a template, a vault"
        }
        Innocent::Placeholder => "it stands for a value still to come",
        Innocent::Keyword => "it is a keyword or a type of a language",
        Innocent::Protected => "it is encrypted or a hash, or has a format with rules of its own",
        Innocent::Measure => "it is a number, a version, a date or an address",
        Innocent::Locator => "it is a path, a file name, a URL or an e-mail address",
        Innocent::Text => "it is a text for people",
        Innocent::Code => "it reads as code: an identifier, a call, a selector, a pattern",
    }
}
