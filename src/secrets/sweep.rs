//! One pass over a text: what the words of all rules set off.
//!
//! In come a text and rules, out go matches that have been judged, and the hits that other readers start from.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::automaton::{End, MARGIN};
use super::candidate::Hit;
use super::index::{Index, Target};
use super::judge::{self, Match};
use super::near::{self, Occurrence};
use super::resolve::Found;
use super::table::{self, Definition, Shape};
use super::{Rule, matcher, pattern, text};

/// Rules with the words that set them off.
pub(super) struct RuleSet<'r> {
    pub(super) index: &'r Index,
    /// A team's own rules; nothing for the built-in ones.
    custom: Option<&'r [Rule]>,
}

impl<'r> RuleSet<'r> {
    /// Returns the built-in rules.
    pub(super) fn built_in() -> RuleSet<'static> {
        RuleSet {
            index: &table::INDEX,
            custom: None,
        }
    }

    /// Returns a team's own rules.
    pub(super) fn custom(index: &'r Index, rules: &'r [Rule]) -> Self {
        Self {
            index,
            custom: Some(rules),
        }
    }

    fn rule(&self, number: u16) -> &'static Definition {
        match self.custom {
            Some(rules) => rules[usize::from(number)].definition,
            None => &table::RULES[usize::from(number)],
        }
    }
}

/// What a pass has found.
#[derive(Default)]
pub(super) struct Swept {
    /// Matches of rules.
    pub(super) found: Vec<Found>,
    /// Keywords of the reader of names and values.
    pub(super) hits: Vec<Hit>,
    /// Beginnings of structures: the anchor's index and its position.
    pub(super) structures: Vec<(u16, usize)>,
    /// Values with the literal of a format whose checksum is wrong: nobody can use them.
    pub(super) refuted: Vec<Range<usize>>,
}

/// Passes over a text once.
pub(super) fn sweep(text: &[u8], rules: &RuleSet<'_>) -> Swept {
    let mut sweep = Sweep::new(text, rules);
    let index = rules.index;
    index.automaton.walk(text, 0..text.len(), |ends| {
        for end in ends.iter().filter(|end| index.is_end(text, end)) {
            sweep.words(*end);
        }
    });
    sweep.finish()
}

/// Judges what the words that end at these places set off, but for those that are known to be idle, and marks those
/// that are.
pub(super) fn sweep_ends(text: &[u8], rules: &RuleSet<'_>, ends: &mut [End]) -> Swept {
    let mut sweep = Sweep::new(text, rules);
    for end in ends.iter_mut().filter(|end| !end.idle) {
        end.idle = sweep.words(*end) == Came::ToNothing;
    }
    sweep.finish()
}

/// What came of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Came {
    /// Nothing, and what says so is near: see [`End::idle`].
    ToNothing,
    /// Something that may depend on the whole text.
    ToSomething,
}

/// How long a value of a shape may be for a look at it to be a look near by: what stands between a word and its value
/// has the rest of the margin.
const NEAR: usize = MARGIN / 2;

/// Where the keywords of a rule with a regular expression stand.
#[derive(Default)]
struct Keywords {
    at: Vec<Range<usize>>,
    /// Where a value may begin, if the rule wants a word before it; in ascending order.
    starts: Vec<usize>,
}

impl Keywords {
    /// Adds an occurrence; one that overlaps the last is a part of it, so that a run of one character is one.
    fn add(&mut self, range: Range<usize>) {
        match self.at.last_mut() {
            Some(last) if (last.start..last.end).contains(&range.start) => {
                last.end = last.end.max(range.end);
            }
            _ => self.at.push(range),
        }
    }
}

struct Sweep<'t, 'r> {
    text: &'t [u8],
    rules: &'r RuleSet<'r>,
    swept: Swept,
    /// For each rule with a regular expression, where its keywords stand.
    regexes: BTreeMap<u16, Keywords>,
    /// For each shape of a second half, where in the text values of it stand.
    halves: HashMap<*const table::Part, Vec<Range<usize>>>,
}

impl<'t, 'r> Sweep<'t, 'r> {
    fn new(text: &'t [u8], rules: &'r RuleSet<'r>) -> Self {
        Self {
            text,
            rules,
            swept: Swept::default(),
            regexes: BTreeMap::new(),
            halves: HashMap::new(),
        }
    }

    fn finish(mut self) -> Swept {
        self.regexes();
        self.swept
    }

    fn words(&mut self, end: End) -> Came {
        let index = self.rules.index;
        let mut came = Came::ToNothing;
        index.words_at(self.text, end, |length, targets| {
            let range = end.at - length..end.at;
            let mut occurrence = None;
            for target in targets {
                let of_target = match *target {
                    Target::Shape {
                        rule,
                        shape,
                        part,
                        offset,
                    } => self.shape(
                        rule,
                        shape,
                        range.start,
                        usize::from(part),
                        usize::from(offset),
                    ),
                    Target::Near { rule } => {
                        let occurrence = occurrence
                            .get_or_insert_with(|| Occurrence::of(self.text, range.clone()));
                        occurrence
                            .as_ref()
                            .map_or(Came::ToNothing, |occurrence| self.near(rule, occurrence))
                    }
                    Target::Regex { rule } => {
                        self.regexes.entry(rule).or_default().add(range.clone());
                        Came::ToSomething
                    }
                    Target::Pair { keyword } => {
                        self.swept.hits.push(Hit {
                            keyword: usize::from(keyword),
                            start: range.start,
                            end: range.end,
                        });
                        Came::ToSomething
                    }
                    Target::Structure { anchor } => {
                        self.swept.structures.push((anchor, range.start));
                        Came::ToSomething
                    }
                };
                came = came.max(of_target);
            }
        });
        came
    }

    fn shape(
        &mut self,
        rule: u16,
        shape: u16,
        position: usize,
        part: usize,
        offset: usize,
    ) -> Came {
        let rule = self.rules.rule(rule);
        let shape = rule.shapes[usize::from(shape)];
        let matched = matcher::start(shape, self.text, position, part, offset)
            .and_then(|start| matcher::at(shape, self.text, start, rule.edge()));
        let Some(matched) = matched else {
            return came_of_none(shape);
        };
        self.judge(rule, Some(shape), matched);
        Came::ToSomething
    }

    fn near(&mut self, number: u16, occurrence: &Occurrence<'_>) -> Came {
        let rule = self.rules.rule(number);
        let mut came = Came::ToNothing;
        if rule.regex.is_some() {
            came = Came::ToSomething;
            let keywords = self.regexes.entry(number).or_default();
            keywords.starts.extend(&occurrence.starts);
            keywords
                .at
                .extend(occurrence.starts.iter().map(|start| *start..*start));
        }
        for start in &occurrence.starts {
            for shape in rule.shapes {
                let Some(matched) = matcher::at(*shape, self.text, *start, rule.edge()) else {
                    came = came.max(came_of_none(*shape));
                    continue;
                };
                came = Came::ToSomething;
                let clean = near::ends_cleanly(self.text, matched.range.end)
                    && !near::is_object_id(self.text, &matched.range);
                if clean && (!rule.needs_secretive_name() || occurrence.is_secretive(*start)) {
                    self.judge(rule, Some(*shape), matched);
                }
            }
        }
        came
    }

    fn regexes(&mut self) {
        for (rule, mut keywords) in std::mem::take(&mut self.regexes) {
            let rule = self.rules.rule(rule);
            let Some(expression) = rule.regex else {
                continue;
            };
            keywords.starts.sort_unstable();
            keywords.at.sort_unstable_by_key(|range| range.start);
            for region in pattern::regions(self.text, &keywords.at) {
                for range in pattern::values(expression, self.text, region) {
                    if !rule.near.is_empty() && keywords.starts.binary_search(&range.start).is_err()
                    {
                        continue;
                    }
                    let whole = 0..range.len();
                    self.judge(
                        rule,
                        None,
                        matcher::Matched {
                            range,
                            runs: vec![whole],
                        },
                    );
                }
            }
        }
    }

    fn judge(
        &mut self,
        rule: &'static Definition,
        shape: Option<Shape>,
        matched: matcher::Matched,
    ) {
        let (text, halves) = (self.text, &mut self.halves);
        let range = matched.range.clone();
        let checked = rule.edge() == matcher::Edge::Proven && rule.near.is_empty();
        let found = Match {
            rule,
            shape,
            text,
            range: matched.range,
            runs: matched.runs,
        };
        let judged = judge::judge(&found, |half| {
            let key = half.0.as_ptr();
            let values = halves
                .entry(key)
                .or_insert_with(|| second_halves(half, text));
            let around = text::lines_around(text, &range, 10, 8192);
            let first = values.partition_point(|value| value.start < around.start);
            let inside = values[first..]
                .iter()
                .take_while(|value| value.end <= around.end);
            inside
                .into_iter()
                .any(|value| value.end <= range.start || range.end <= value.start)
        });
        if judged.is_none() && checked {
            self.swept.refuted.push(range);
        }
        self.swept.found.extend(judged);
    }
}

/// Returns what came of a word behind which there is no value of the shape.
fn came_of_none(shape: Shape) -> Came {
    if shape.longest() <= NEAR {
        Came::ToNothing
    } else {
        Came::ToSomething
    }
}

/// Returns where a text holds values of the shape of a second half that could be one: not a word, not a digest.
fn second_halves(half: Shape, text: &[u8]) -> Vec<Range<usize>> {
    let only_hex = half.0.iter().any(|part| match part {
        table::Part::Run { class, .. } => !class.contains(b'g') && !class.contains(b'G'),
        table::Part::Literal(_) => false,
    });
    let random = |value: &Range<usize>| {
        let bytes = &text[value.clone()];
        let digit = bytes.iter().any(u8::is_ascii_digit);
        let (upper, lower) = (
            bytes.iter().any(u8::is_ascii_uppercase),
            bytes.iter().any(u8::is_ascii_lowercase),
        );
        digit
            && if only_hex {
                upper || lower
            } else {
                upper && lower
            }
            && !super::placeholder::is_placeholder(bytes)
    };
    matcher::all(half, text, 0..text.len())
        .into_iter()
        .filter(random)
        .collect()
}
