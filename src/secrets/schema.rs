//! The schema of rule files: TOML with `[[rule]]` tables.
//!
//! In comes the text of a file, out go its rules, every part of them checked, or the first error with its place.
//! `build.rs` reads the built-in rules with it, the engine a team's own. It knows only `shape` and `check`.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::{self, Kind};
use super::shape::{self, Class, Piece};

/// A rule as it stands in a file.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RawRule {
    /// The identifier.
    pub(crate) id: String,
    /// What the rule finds.
    pub(crate) title: String,
    /// The release that introduced it.
    pub(crate) since: String,
    /// One of [`SEVERITIES`].
    pub(crate) severity: String,
    /// The manual page.
    pub(crate) page: String,
    /// Where the format is documented.
    pub(crate) references: Vec<String>,
    /// What shares fingerprints with this rule.
    pub(crate) family: String,
    /// What the value looks like.
    pub(crate) shapes: Vec<Vec<Piece>>,
    /// The same for what shapes cannot say; the value is the group `secret` or the whole match.
    pub(crate) regex: Option<String>,
    /// Where to look for it.
    pub(crate) keywords: Vec<String>,
    /// Words of which one stands before the value.
    pub(crate) near: Vec<String>,
    /// Checks that all have to pass.
    pub(crate) checks: Vec<(Kind, String)>,
    /// Checks that make a finding surer.
    pub(crate) advise: Vec<(Kind, String)>,
    /// The other half of the credential.
    pub(crate) pair: Option<Vec<Piece>>,
    /// Whether the value may be public.
    pub(crate) public: bool,
    /// Texts with a finding of this rule.
    pub(crate) finds: Vec<String>,
    /// Texts without.
    pub(crate) clean: Vec<String>,
    /// Where the rule's table begins, in bytes.
    pub(crate) at: usize,
}

/// Why a text is no rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SchemaError {
    /// Where, in bytes.
    pub(crate) at: usize,
    /// What is wrong.
    pub(crate) message: String,
    /// The word that is not known and those that would be.
    pub(crate) unknown: Option<(String, &'static [&'static str])>,
}

const SEVERITIES: &[&str] = &["critical", "high", "low", "medium"];
const KEYS: &[&str] = &[
    "advise",
    "check",
    "clean",
    "family",
    "finds",
    "id",
    "keywords",
    "near",
    "page",
    "pair",
    "public",
    "references",
    "regex",
    "severity",
    "shape",
    "shapes",
    "since",
    "title",
];

/// Reads a rule file.
pub(crate) fn parse(text: &str) -> Result<Vec<RawRule>, SchemaError> {
    let root = DeTable::parse(text).map_err(|error| SchemaError {
        at: error.span().map_or(0, |span| span.start),
        message: error.message().to_owned(),
        unknown: None,
    })?;
    let mut rules: Vec<RawRule> = Vec::new();
    for (key, value) in root.get_ref() {
        if key.get_ref() != "rule" {
            return Err(unknown(key.span().start, "key", key.get_ref(), &["rule"]));
        }
        let tables = value
            .get_ref()
            .as_array()
            .ok_or_else(|| wrong(value, "`rule` is a list: write `[[rule]]`"))?;
        for table in tables {
            let rule = rule(table)?;
            if rules.iter().any(|other| other.id == rule.id) {
                return Err(wrong(table, &format!("rule `{}` is there twice", rule.id)));
            }
            rules.push(rule);
        }
    }
    Ok(rules)
}

fn rule(value: &Spanned<DeValue<'_>>) -> Result<RawRule, SchemaError> {
    let table = value
        .get_ref()
        .as_table()
        .ok_or_else(|| wrong(value, "a rule is a table"))?;
    if let Some((key, _)) = table
        .iter()
        .find(|(key, _)| !KEYS.contains(&key.get_ref().as_ref()))
    {
        return Err(unknown(key.span().start, "key", key.get_ref(), KEYS));
    }
    let fields = Fields {
        table,
        at: value.span().start,
    };
    let rule = fields.rule()?;
    fields.check_matching(&rule)?;
    Ok(rule)
}

/// The keys of one rule.
struct Fields<'t> {
    table: &'t DeTable<'t>,
    at: usize,
}

impl<'t> Fields<'t> {
    fn rule(&self) -> Result<RawRule, SchemaError> {
        let id = self.id()?;
        Ok(RawRule {
            title: self.required("title")?,
            since: self.text("since")?.unwrap_or_default(),
            severity: self.severity()?,
            // A team's own rule need not explain itself; the built-in ones are held to it by a test.
            page: self
                .text("page")?
                .unwrap_or_else(|| "A rule of this repository's own.".to_owned())
                .trim()
                .to_owned(),
            references: self.list("references")?,
            family: self.text("family")?.unwrap_or_else(|| id.clone()),
            shapes: self.shapes()?,
            regex: self.text("regex")?,
            keywords: self.list("keywords")?,
            near: self.list("near")?,
            checks: self.checks("check")?,
            advise: self.checks("advise")?,
            pair: self.pair()?,
            public: self.flag("public")?,
            finds: self.list("finds")?,
            clean: self.list("clean")?,
            at: self.at,
            id,
        })
    }

    fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.table.get(key)
    }

    fn error(&self, key: &str, message: &str) -> SchemaError {
        SchemaError {
            at: self.get(key).map_or(self.at, |value| value.span().start),
            message: message.to_owned(),
            unknown: None,
        }
    }

    fn text(&self, key: &str) -> Result<Option<String>, SchemaError> {
        self.get(key).map(|value| string(value, key)).transpose()
    }

    fn required(&self, key: &str) -> Result<String, SchemaError> {
        match self.text(key)? {
            Some(text) if !text.trim().is_empty() => Ok(text),
            _ => Err(self.error(key, &format!("a rule needs `{key}`"))),
        }
    }

    fn flag(&self, key: &str) -> Result<bool, SchemaError> {
        let Some(value) = self.get(key) else {
            return Ok(false);
        };
        value
            .get_ref()
            .as_bool()
            .ok_or_else(|| wrong(value, &format!("`{key}` is `true` or `false`")))
    }

    /// Returns the strings of a list, or the one string that may stand for it.
    fn spanned(&self, key: &str) -> Result<Vec<(usize, String)>, SchemaError> {
        let Some(value) = self.get(key) else {
            return Ok(Vec::new());
        };
        let items = match value.get_ref().as_array() {
            Some(items) => items.iter().collect(),
            None => vec![value],
        };
        items
            .into_iter()
            .map(|item| Ok((item.span().start, string(item, key)?)))
            .collect()
    }

    fn list(&self, key: &str) -> Result<Vec<String>, SchemaError> {
        Ok(self
            .spanned(key)?
            .into_iter()
            .map(|(_, text)| text)
            .collect())
    }

    fn id(&self) -> Result<String, SchemaError> {
        let id = self.required("id")?;
        let kebab = id.split('-').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        if kebab {
            Ok(id)
        } else {
            Err(self.error(
                "id",
                &format!("id `{id}` is not in kebab case, as in `acme-api-token`"),
            ))
        }
    }

    fn severity(&self) -> Result<String, SchemaError> {
        let severity = self.required("severity")?;
        if SEVERITIES.contains(&severity.as_str()) {
            return Ok(severity);
        }
        let at = self.error("severity", "").at;
        Err(unknown(at, "severity", &severity, SEVERITIES))
    }

    fn shapes(&self) -> Result<Vec<Vec<Piece>>, SchemaError> {
        if self.get("shape").is_some() && self.get("shapes").is_some() {
            return Err(self.error("shapes", "a rule has `shape` or `shapes`, not both"));
        }
        let mut texts = self.spanned("shape")?;
        texts.extend(self.spanned("shapes")?);
        texts.iter().map(|(at, text)| shape(*at, text)).collect()
    }

    fn pair(&self) -> Result<Option<Vec<Piece>>, SchemaError> {
        self.spanned("pair")?
            .first()
            .map(|(at, text)| shape(*at, text))
            .transpose()
    }

    fn checks(&self, key: &str) -> Result<Vec<(Kind, String)>, SchemaError> {
        let read = |(at, text): &(usize, String)| match check::parse(text) {
            Ok((kind, parameter)) => Ok((kind, parameter.to_owned())),
            Err(error) => Err(SchemaError {
                at: *at,
                message: error.message,
                unknown: error.unknown.map(|name| (name, Kind::NAMES)),
            }),
        };
        self.spanned(key)?.iter().map(read).collect()
    }

    /// Refuses rules that could never match, or would be tried everywhere.
    fn check_matching(&self, rule: &RawRule) -> Result<(), SchemaError> {
        match (&rule.regex, rule.shapes.is_empty()) {
            (None, true) => {
                return Err(self.error("shape", "a rule needs `shape`, `shapes` or `regex`"));
            }
            (Some(_), false) => {
                return Err(self.error("regex", "a rule has a shape or a regex, not both"));
            }
            (Some(_), true) if rule.keywords.is_empty() && rule.near.is_empty() => {
                return Err(self.error("regex", "a rule with `regex` needs `keywords` (literals that every match holds) or `near`"));
            }
            _ => {}
        }
        for key in ["keywords", "near"] {
            for (at, word) in self.spanned(key)? {
                if word.len() < 2 || !word.is_ascii() {
                    let message = format!("`{word}` is no keyword: at least two ASCII characters");
                    return Err(SchemaError {
                        at,
                        message,
                        unknown: None,
                    });
                }
            }
        }
        let findable = |pieces: &Vec<Piece>| {
            !rule.near.is_empty() || !anchors(pieces, &rule.keywords).is_empty()
        };
        if !rule.shapes.iter().all(findable) {
            let message = "nothing distinctive to look for: the shape needs a literal of two characters (and one of the keywords, where there are any), or the rule `near`";
            return Err(self.error(
                if self.get("keywords").is_some() {
                    "keywords"
                } else {
                    "shape"
                },
                message,
            ));
        }
        Ok(())
    }
}

/// Where a shape is looked for: a text, the piece that holds it, and where in the piece it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Anchor {
    /// The text.
    pub(crate) text: Vec<u8>,
    /// The index of the piece.
    pub(crate) piece: usize,
    /// The bytes of the piece before the text.
    pub(crate) offset: usize,
}

/// Anchors are cut to this length: the matcher looks at the rest, and the automaton stays small.
const ANCHOR_LIMIT: usize = 8;

/// Returns the anchors of a shape: the keyword it holds, else its longest literal, else its narrow beginnings.
pub(crate) fn anchors(pieces: &[Piece], keywords: &[String]) -> Vec<Anchor> {
    let literals = || {
        pieces
            .iter()
            .enumerate()
            .filter_map(|(index, piece)| match piece {
                Piece::Literal(text) => Some((index, text)),
                Piece::Run { .. } => None,
            })
    };
    for keyword in keywords {
        for (piece, literal) in literals() {
            if let Some(offset) = literal.find(keyword.as_str()) {
                return vec![Anchor {
                    text: keyword.clone().into_bytes(),
                    piece,
                    offset,
                }];
            }
        }
    }
    if !keywords.is_empty() {
        return Vec::new();
    }
    let longest = literals().rev().max_by_key(|(_, literal)| literal.len());
    match longest {
        Some((piece, literal)) if literal.len() >= 2 => {
            let text = &literal.as_bytes()[..literal.len().min(ANCHOR_LIMIT)];
            vec![Anchor {
                text: text.to_vec(),
                piece,
                offset: 0,
            }]
        }
        _ => narrow_beginnings(pieces),
    }
}

/// Returns every beginning of a shape that starts with runs over tiny alphabets, if there are few.
fn narrow_beginnings(pieces: &[Piece]) -> Vec<Anchor> {
    let [
        Piece::Run {
            class: first,
            min: 1,
            max: 1,
            ..
        },
        Piece::Run {
            class: second,
            min: 1,
            max: 1,
            ..
        },
        ..,
    ] = pieces
    else {
        return Vec::new();
    };
    let size = |class: &Class| class.bytes().count();
    if size(first) * size(second) > 16 {
        return Vec::new();
    }
    first
        .bytes()
        .flat_map(|a| {
            second.bytes().map(move |b| Anchor {
                text: vec![a, b],
                piece: 0,
                offset: 0,
            })
        })
        .collect()
}

fn shape(at: usize, text: &str) -> Result<Vec<Piece>, SchemaError> {
    shape::parse(text).map_err(|error| SchemaError {
        at,
        message: error.message,
        unknown: error.unknown.map(|name| (name, Class::NAMES)),
    })
}

fn string(value: &Spanned<DeValue<'_>>, key: &str) -> Result<String, SchemaError> {
    let text = value.get_ref().as_str();
    text.map(str::to_owned)
        .ok_or_else(|| wrong(value, &format!("`{key}` holds text")))
}

fn wrong(value: &Spanned<DeValue<'_>>, message: &str) -> SchemaError {
    SchemaError {
        at: value.span().start,
        message: message.to_owned(),
        unknown: None,
    }
}

fn unknown(at: usize, what: &str, word: &str, known: &'static [&'static str]) -> SchemaError {
    SchemaError {
        at,
        message: format!("unknown {what} `{word}`"),
        unknown: Some((word.to_owned(), known)),
    }
}
