//! The schema of `rules/secrets/*.toml` and of `[[secrets.rules]]` in a policy, read into plain data.
//!
//! The build script and the program share this file: one compiles the built-in rules into a table, the other
//! reads a team's own rules when a policy is loaded.

use serde::Deserialize;

use super::shape::{self, Part};

/// One `[[rule]]` as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    pub(super) id: String,
    pub(super) title: String,
    #[serde(default)]
    pub(super) since: String,
    #[serde(default = "high")]
    pub(super) severity: String,
    pub(super) family: Option<String>,
    pub(super) shape: Option<String>,
    #[serde(default)]
    pub(super) shapes: Vec<String>,
    pub(super) regex: Option<String>,
    #[serde(default)]
    pub(super) keywords: Vec<String>,
    #[serde(default)]
    pub(super) near: Vec<String>,
    #[serde(default)]
    pub(super) check: OneOrMany,
    #[serde(default)]
    pub(super) advise: OneOrMany,
    pub(super) pair: Option<String>,
    #[serde(default)]
    pub(super) public: bool,
    #[serde(default)]
    pub(super) page: String,
    #[serde(default)]
    pub(super) references: Vec<String>,
    #[serde(default)]
    pub(super) finds: Vec<String>,
    #[serde(default)]
    pub(super) clean: Vec<String>,
}

fn high() -> String {
    "high".to_owned()
}

/// A string or a list of strings.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "Words")]
pub(super) struct OneOrMany(pub(super) Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Words {
    One(String),
    Many(Vec<String>),
}

impl From<Words> for OneOrMany {
    fn from(words: Words) -> Self {
        match words {
            Words::One(word) => Self(vec![word]),
            Words::Many(words) => Self(words),
        }
    }
}

/// Every offline check by its name; what stands behind a colon in a rule is its parameter.
pub(super) const CHECKS: &[&str] = &[
    "apify",
    "aws-id",
    "azure-annotated",
    "azure-devops-legacy",
    "azure-entra",
    "azure-key",
    "base32",
    "base58",
    "base58check",
    "base64",
    "base64-json",
    "base64-text",
    "basic",
    "bech32",
    "canva",
    "confluent",
    "crc32-b62",
    "crc32-b62-all",
    "crc32-hex-body",
    "crc32-hex-upper",
    "discord",
    "entropy",
    "github-fine-grained",
    "gitlab-routable",
    "grafana",
    "hexkey",
    "jwt",
    "ksuid",
    "macaroon",
    "mixed",
    "nkey",
    "not-hex",
    "notion",
    "objectid",
    "openai",
    "snowflake",
    "stellar",
    "supabase",
    "ulid",
    "uuid",
    "uuid4",
    "zuplo",
];

/// A rule whose parts have been read and make sense.
#[derive(Debug, Clone)]
pub(super) struct ReadRule {
    pub(super) raw: RawRule,
    pub(super) shapes: Vec<Vec<Part<String>>>,
    pub(super) pair: Option<Vec<Part<String>>>,
    pub(super) anchors: Vec<Anchor>,
}

/// A text that has to be there for the rule to be tried, in lower case, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) text: String,
    pub(super) role: Role,
}

/// What an anchor means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is this literal part of this shape.
    Literal {
        /// The number of the shape.
        shape: u8,
        /// The number of the part.
        part: u8,
    },
    /// A value of the rule's shapes may follow it.
    Near,
    /// The rule's regular expression is tried around it.
    Around,
}

/// Reads a text with `[[rule]]` tables.
pub(super) fn read(text: &str) -> Result<Vec<RawRule>, toml::de::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        rule: Vec<RawRule>,
    }
    toml::from_str::<File>(text).map(|file| file.rule)
}

/// Checks what a rule says and prepares it for matching. The error names the key that is wrong.
pub(super) fn check(raw: RawRule) -> Result<ReadRule, (&'static str, String)> {
    let kebab = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if raw.id.is_empty() || !raw.id.bytes().all(kebab) {
        return Err((
            "id",
            format!(
                "`{}` is not an id: lower-case letters, digits and `-`",
                raw.id
            ),
        ));
    }
    if !["low", "medium", "high", "critical"].contains(&raw.severity.as_str()) {
        return Err((
            "severity",
            format!("`{}` is not low, medium, high or critical", raw.severity),
        ));
    }
    for name in raw.check.0.iter().chain(&raw.advise.0) {
        let name = name.split(':').next().unwrap_or_default();
        if !CHECKS.contains(&name) {
            return Err((
                "check",
                format!("`{name}` is not a check; there are {}", CHECKS.join(", ")),
            ));
        }
    }
    let texts = raw.shape.iter().chain(&raw.shapes);
    let shapes: Vec<_> = texts
        .map(|text| shape::parse(text))
        .collect::<Result<_, _>>()
        .map_err(|e| ("shape", e))?;
    if shapes.is_empty() == raw.regex.is_none() {
        return Err((
            "shape",
            "a rule has either `shape` (or `shapes`) or `regex`".to_owned(),
        ));
    }
    let pair = raw
        .pair
        .as_deref()
        .map(shape::parse)
        .transpose()
        .map_err(|error| ("pair", error))?;
    let anchors = anchors(&raw, &shapes)?;
    Ok(ReadRule {
        shapes,
        pair,
        anchors,
        raw,
    })
}

fn anchors(
    raw: &RawRule,
    shapes: &[Vec<Part<String>>],
) -> Result<Vec<Anchor>, (&'static str, String)> {
    let anchor = |text: &str, role| Anchor {
        text: text.to_ascii_lowercase(),
        role,
    };
    if raw.regex.is_some() {
        let words = if raw.keywords.is_empty() {
            &raw.near
        } else {
            &raw.keywords
        };
        if words.is_empty() {
            return Err((
                "keywords",
                "a rule with `regex` needs `keywords`".to_owned(),
            ));
        }
        return Ok(words
            .iter()
            .map(|word| anchor(word, Role::Around))
            .collect());
    }
    if !raw.near.is_empty() {
        return Ok(raw
            .near
            .iter()
            .map(|word| anchor(word, Role::Near))
            .collect());
    }
    let mut anchors = Vec::new();
    for (shape, parts) in shapes.iter().enumerate() {
        let wanted = |literal: &str| {
            raw.keywords
                .iter()
                .any(|keyword| literal.eq_ignore_ascii_case(keyword))
        };
        let literals = parts
            .iter()
            .enumerate()
            .filter_map(|(part, found)| match found {
                Part::Literal(literal) => Some((part, literal.as_str())),
                // A token of this structure begins with the encoding of `{"`.
                Part::Jwt => Some((part, "eyJ")),
                _ => None,
            });
        let best = literals.max_by_key(|(_, literal)| (wanted(literal), literal.len()));
        let (part, literal) =
            best.ok_or_else(|| ("near", "a shape without a literal needs `near`".to_owned()))?;
        anchors.push(anchor(
            literal,
            Role::Literal {
                shape: shape as u8,
                part: part as u8,
            },
        ));
    }
    Ok(anchors)
}
