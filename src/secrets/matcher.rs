//! Matches one shape at one place of a text.
//!
//! In come a text, a shape and a position, out goes the range of a value that neither begins nor ends in the middle
//! of something longer. The work at one position is bounded by the shape, never by the text.

use std::ops::Range;

use super::shape::{Class, classes_of};
use super::table::{Part, Shape};

/// How much a neighbour may resemble the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// The value proves itself by a checksum: only a longer run of its own alphabet speaks against it.
    Proven,
    /// The value stands alone: a dash or an underscore that leads on makes it part of a name.
    Plain,
}

/// A value of a shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Matched {
    /// Where it is in the text.
    pub(super) range: Range<usize>,
    /// Its runs, relative to its beginning.
    pub(super) runs: Vec<Range<usize>>,
}

/// Returns where a value would begin, given that the word found at `position` is `offset` bytes into part `part`.
pub(super) fn start(
    shape: Shape,
    text: &[u8],
    position: usize,
    part: usize,
    offset: usize,
) -> Option<usize> {
    let mut start = position.checked_sub(offset)?;
    for part in shape.0[..part].iter().rev() {
        start = match part {
            Part::Literal(literal) => start.checked_sub(literal.len())?,
            Part::Run { min, max, .. } if min == max => start.checked_sub(usize::from(*min))?,
            Part::Run {
                class, min, max, ..
            } => {
                let length = class.run_back(&text[..start], usize::from(*max));
                (length >= usize::from(*min)).then(|| start - length)?
            }
        };
    }
    Some(start)
}

/// Returns the value of the shape that begins at `start`, if there is one and it stands alone.
pub(super) fn at(shape: Shape, text: &[u8], start: usize, edge: Edge) -> Option<Matched> {
    if !begins(shape, text, start, edge) {
        return None;
    }
    let mut runs = Vec::new();
    let end = follow(shape.0, shape, text, start, edge, &mut runs)?;
    for run in &mut runs {
        *run = run.start - start..run.end - start;
    }
    Some(Matched {
        range: start..end,
        runs,
    })
}

/// Returns every value of the shape in a part of the text, one behind the other.
pub(super) fn all(shape: Shape, text: &[u8], within: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut position = within.start;
    while position < within.end {
        match at(shape, text, position, Edge::Plain) {
            Some(matched) => {
                position = matched.range.end.max(position + 1);
                found.push(matched.range);
            }
            None => position += 1,
        }
    }
    found
}

/// Matches the parts from `position` on; only runs that may end in several places are tried more than once.
fn follow(
    parts: &[Part],
    shape: Shape,
    text: &[u8],
    mut position: usize,
    edge: Edge,
    runs: &mut Vec<Range<usize>>,
) -> Option<usize> {
    for (index, part) in parts.iter().enumerate() {
        let rest = text.get(position..)?;
        match part {
            Part::Literal(literal) => {
                rest.starts_with(literal).then_some(())?;
                position += literal.len();
            }
            Part::Run {
                class,
                min,
                max,
                greedy,
            } => {
                let (min, max) = (usize::from(*min), usize::from(*max));
                let length = class.run(rest, max);
                if length < min {
                    return None;
                }
                if !greedy && min != max {
                    let kept = runs.len();
                    return (min..=length).rev().find_map(|length| {
                        runs.truncate(kept);
                        runs.push(position..position + length);
                        follow(
                            &parts[index + 1..],
                            shape,
                            text,
                            position + length,
                            edge,
                            runs,
                        )
                    });
                }
                runs.push(position..position + length);
                position += length;
            }
        }
    }
    ends(shape, text, position, edge).then_some(position)
}

/// Letters and digits go on in each other.
const ALPHANUMERIC: u32 = Class::B62.bit();
const NAME: u32 = Class::B64u.bit();

fn begins(shape: Shape, text: &[u8], start: usize, edge: Edge) -> bool {
    let Some(before) = start.checked_sub(1).map(|at| text[at]) else {
        return true;
    };
    let forbidden = match shape.0.first() {
        Some(Part::Literal(literal)) if !literal[0].is_ascii_alphanumeric() => 0,
        // A short beginning such as `re_` is the end of many names.
        Some(Part::Literal(literal)) if edge == Edge::Plain && literal.len() < 5 => NAME,
        Some(Part::Literal(_)) | None => ALPHANUMERIC,
        // A number may follow a word: `bot1234:…`.
        Some(Part::Run {
            class: Class::Digit,
            ..
        }) => Class::Digit.bit(),
        Some(Part::Run { class, .. }) => class.bit() | ALPHANUMERIC,
    };
    classes_of(before) & forbidden == 0 || is_escaped(&text[..start])
}

/// Returns whether the text ends with an escape (`\n`, `%3D`, `\u003d`), whose last character is not the one before
/// the value.
pub(super) fn is_escaped(before: &[u8]) -> bool {
    let hex = |from: usize| {
        before[before.len() - from..]
            .iter()
            .all(u8::is_ascii_hexdigit)
    };
    match before {
        [.., b'%', _, _] => hex(2),
        [.., b'\\', b'x', _, _] => hex(2),
        [.., b'\\', b'u', _, _, _, _] => hex(4),
        [.., b'\\', letter] => b"nrtbfv0".contains(letter),
        _ => false,
    }
}

fn ends(shape: Shape, text: &[u8], end: usize, edge: Edge) -> bool {
    let Some(after) = text.get(end) else {
        return true;
    };
    let more = text
        .get(end + 1)
        .is_some_and(|byte| classes_of(*byte) & NAME != 0);
    let forbidden = forbidden_after(shape.0);
    let joined = edge == Edge::Plain
        && forbidden & ALPHANUMERIC != 0
        && classes_of(*after) & NAME != 0
        && more;
    classes_of(*after) & forbidden == 0 && !joined
}

fn forbidden_after(parts: &[Part]) -> u32 {
    let of_run = |class: Class| match class {
        Class::B64 => class.bit() | Class::Padding.bit(),
        Class::Any => class.bit(),
        _ => class.bit() | ALPHANUMERIC,
    };
    match parts {
        [.., Part::Run { class, .. }] => of_run(*class),
        [.., Part::Run { class, .. }, Part::Literal(literal)]
            if literal.iter().all(|byte| class.contains(*byte)) =>
        {
            of_run(*class)
        }
        [.., Part::Literal(literal)] => match literal[literal.len() - 1] {
            b'=' => ALPHANUMERIC | Class::Padding.bit(),
            byte if byte.is_ascii_alphanumeric() => ALPHANUMERIC,
            _ => 0,
        },
        [] => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: Shape = Shape(&[
        Part::Literal(b"key_"),
        Part::Run {
            class: Class::B62,
            min: 6,
            max: 6,
            greedy: false,
        },
    ]);

    fn found(shape: Shape, text: &str) -> Vec<&str> {
        all(shape, text.as_bytes(), 0..text.len())
            .into_iter()
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn a_value_stands_alone() {
        for text in [
            "key_abcdef",
            "=key_abcdef\"",
            ":key_abcdef,",
            "\\nkey_abcdef\\n",
            "%3Dkey_abcdef&",
        ] {
            assert_eq!(found(KEY, text), ["key_abcdef"], "{text}");
        }
        for text in [
            "key_abcdefg",
            "akey_abcdef",
            "my_key_abcdef",
            "key_abcde",
            "key_abcdef_x",
            "key_abcdef-x",
        ] {
            assert_eq!(found(KEY, text), [""; 0], "{text}");
        }
    }

    #[test]
    fn a_run_that_may_end_in_several_places_is_tried_at_all_of_them() {
        const PARTS: &[Part] = &[
            Part::Literal(b"t:"),
            Part::Run {
                class: Class::Word,
                min: 2,
                max: 9,
                greedy: false,
            },
            Part::Literal(b"_"),
            Part::Run {
                class: Class::Word,
                min: 2,
                max: 3,
                greedy: false,
            },
        ];
        let shape = Shape(PARTS);
        assert_eq!(found(shape, "t:a_b_c_def"), ["t:a_b_c_def"]);
        assert_eq!(found(shape, "t:a_b_c_de"), ["t:a_b_c_de"]);
        assert_eq!(found(shape, "t:abcdef"), [""; 0]);
    }
}
