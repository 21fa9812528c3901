//! The parts of f-strings as Python's `ast` shapes them.
//!
//! Literal parts that touch are one constant, across the strings of an implicit concatenation and together with
//! the text that `{x=}` adds; it reaches from the first to the last of them. What is empty in the end is no part.

use std::borrow::Cow;

use ruff_python_ast::{
    Expr, FStringPart, InterpolatedElement, InterpolatedStringElement, InterpolatedStringFormatSpec,
};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::tree::Node;

/// A part of an f-string.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'a> {
    /// A string constant.
    Literal(Piece<'a>),
    /// A `{…}`.
    Field(&'a InterpolatedElement),
}

/// A string constant inside an f-string.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'a> {
    /// From the first to the last literal that it is made of.
    pub(super) range: TextRange,
    /// Whether no other one stands before it.
    pub(super) first: bool,
    /// The text, where it is made of one literal.
    text: Option<&'a str>,
}

impl<'a> Piece<'a> {
    /// Returns the value; `parent` is the f-string (or the format) that the piece is part of.
    pub(super) fn value(self, parent: Node<'a>) -> Cow<'a, str> {
        if let Some(text) = self.text {
            return Cow::Borrowed(text);
        }
        let mut value = String::new();
        for_each(parent, self.range, &mut |element| {
            if let Element::Literal(range, text) = element
                && self.range.contains_range(range)
            {
                value.push_str(text);
            }
        });
        Cow::Owned(value)
    }
}

/// Returns the parts of an f-string or t-string; other expressions have none.
pub(super) fn parts(expr: &Expr) -> Vec<Part<'_>> {
    merge(Node::Expr(expr))
}

/// Returns the literal parts of an f-string or of the format in one.
pub(super) fn literals(string: Node<'_>) -> Vec<Piece<'_>> {
    let literal = |part| match part {
        Part::Literal(piece) => Some(piece),
        Part::Field(_) => None,
    };
    merge(string).into_iter().filter_map(literal).collect()
}

/// Returns the parts of what follows the colon in a `{…}`.
pub(super) fn parts_of_spec(spec: &InterpolatedStringFormatSpec) -> Vec<Part<'_>> {
    merge(Node::Spec(spec))
}

/// What the parser knows of an f-string, in the order of the source.
enum Element<'a> {
    Literal(TextRange, &'a str),
    Field(&'a InterpolatedElement),
}

fn merge(string: Node<'_>) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    let mut length = 0;
    let mut open = false;
    for_each(string, EVERYWHERE, &mut |element| match element {
        Element::Literal(range, text) => {
            if let (true, Some(Part::Literal(piece))) = (open, parts.last_mut()) {
                piece.range = TextRange::new(piece.range.start(), range.end());
                piece.text = None;
            } else {
                close(&mut parts, open, length);
                length = 0;
                parts.push(Part::Literal(Piece {
                    range,
                    first: false,
                    text: Some(text),
                }));
                open = true;
            }
            length += text.len();
        }
        Element::Field(field) => {
            close(&mut parts, open, length);
            open = false;
            parts.push(Part::Field(field));
        }
    });
    close(&mut parts, open, length);
    let first = parts.iter_mut().find_map(|part| match part {
        Part::Literal(piece) => Some(piece),
        Part::Field(_) => None,
    });
    if let Some(piece) = first {
        piece.first = true;
    }
    parts
}

/// Drops the literal that has just ended if it is empty.
fn close(parts: &mut Vec<Part<'_>>, open: bool, length: usize) {
    if open && length == 0 {
        parts.pop();
    }
}

/// The range of all there is.
const EVERYWHERE: TextRange = TextRange::new(TextSize::new(0), TextSize::new(u32::MAX));

/// Returns those of a list, which stand one behind the other, that overlap a range.
fn within<T: Ranged>(list: &[T], range: TextRange) -> &[T] {
    let list = &list[list.partition_point(|one| one.end() <= range.start())..];
    &list[..list.partition_point(|one| one.start() < range.end())]
}

/// Visits what overlaps a range.
fn for_each<'a>(string: Node<'a>, range: TextRange, visit: &mut impl FnMut(Element<'a>)) {
    match string {
        Node::Expr(Expr::FString(string)) => {
            for part in within(string.value.as_slice(), range) {
                match part {
                    FStringPart::Literal(literal) => {
                        visit(Element::Literal(literal.range(), &literal.value));
                    }
                    FStringPart::FString(string) => elements(&string.elements, range, visit),
                }
            }
        }
        Node::Expr(Expr::TString(string)) => {
            for part in within(string.value.as_slice(), range) {
                elements(&part.elements, range, visit);
            }
        }
        Node::Spec(spec) => elements(&spec.elements, range, visit),
        _ => {}
    }
}

fn elements<'a>(
    list: &'a [InterpolatedStringElement],
    range: TextRange,
    visit: &mut impl FnMut(Element<'a>),
) {
    for element in within(list, range) {
        match element {
            InterpolatedStringElement::Literal(literal) => {
                // An f-string's own empty literals are no elements at all, unlike those of plain strings.
                if !literal.value.is_empty() {
                    visit(Element::Literal(literal.range(), &literal.value));
                }
            }
            InterpolatedStringElement::Interpolation(field) => {
                if let Some(debug) = &field.debug_text {
                    let text = debug.as_str();
                    let start = field.range().start() + TextSize::new(1);
                    let range = TextRange::at(start, TextSize::of(text));
                    visit(Element::Literal(range, text));
                }
                visit(Element::Field(field));
            }
        }
    }
}
