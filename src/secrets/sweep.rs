//! One pass over a text: what the words of all rules set off.
//!
//! In come a text and rules, out go matches that have been judged, and the hits that other readers start from.

use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use super::automaton::End;
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
    let automaton = &rules.index.automaton;
    automaton.walk(text, 0..text.len(), |ends| {
        ends.iter().for_each(|end| sweep.words(*end));
    });
    sweep.finish()
}

/// Judges what the words that end at these places set off.
pub(super) fn sweep_ends(text: &[u8], rules: &RuleSet<'_>, ends: &[End]) -> Swept {
    let mut sweep = Sweep::new(text, rules);
    ends.iter().for_each(|end| sweep.words(*end));
    sweep.finish()
}

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

    fn words(&mut self, end: End) {
        let index = self.rules.index;
        index.words_at(self.text, end, |length, targets| {
            let range = end.at - length..end.at;
            let mut occurrence = None;
            for target in targets {
                match *target {
                    Target::Shape {
                        rule,
                        shape,
                        part,
                        offset,
                    } => {
                        self.shape(
                            rule,
                            shape,
                            range.start,
                            usize::from(part),
                            usize::from(offset),
                        );
                    }
                    Target::Near { rule } => {
                        let occurrence = occurrence
                            .get_or_insert_with(|| Occurrence::of(self.text, range.clone()));
                        if let Some(occurrence) = occurrence {
                            self.near(rule, occurrence);
                        }
                    }
                    Target::Regex { rule } => {
                        self.regexes.entry(rule).or_default().add(range.clone());
                    }
                    Target::Pair { keyword } => {
                        self.swept.hits.push(Hit {
                            keyword: usize::from(keyword),
                            start: range.start,
                            end: range.end,
                        });
                    }
                    Target::Structure { anchor } => {
                        self.swept.structures.push((anchor, range.start));
                    }
                }
            }
        });
    }

    fn shape(&mut self, rule: u16, shape: u16, position: usize, part: usize, offset: usize) {
        let rule = self.rules.rule(rule);
        let shape = rule.shapes[usize::from(shape)];
        let matched = matcher::start(shape, self.text, position, part, offset)
            .and_then(|start| matcher::at(shape, self.text, start, rule.edge()));
        if let Some(matched) = matched {
            self.judge(rule, Some(shape), matched);
        }
    }

    fn near(&mut self, number: u16, occurrence: &Occurrence<'_>) {
        let rule = self.rules.rule(number);
        if rule.regex.is_some() {
            let keywords = self.regexes.entry(number).or_default();
            keywords.starts.extend(&occurrence.starts);
            keywords
                .at
                .extend(occurrence.starts.iter().map(|start| *start..*start));
        }
        for start in &occurrence.starts {
            for shape in rule.shapes {
                let Some(matched) = matcher::at(*shape, self.text, *start, rule.edge()) else {
                    continue;
                };
                let clean = near::ends_cleanly(self.text, matched.range.end)
                    && !near::is_object_id(self.text, &matched.range);
                if clean && (!rule.needs_secretive_name() || occurrence.is_secretive(*start)) {
                    self.judge(rule, Some(*shape), matched);
                }
            }
        }
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
