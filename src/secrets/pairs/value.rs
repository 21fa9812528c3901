//! What a value is *not*: references, placeholders, types, identifiers, texts and other things that are
//! written where a secret could stand. Each kind has one test with a name, and silence is the answer to all.

use super::identifier::{is_camel, is_word_like};
use super::marks::{self, Mark};
use super::name::words;
use super::text::contains;
use super::vocabulary;

/// Why a value is no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Innocent {
    /// Too short, or nothing at all.
    Short,
    /// It stands for a value that is elsewhere: a variable, a template, a vault.
    Reference,
    /// It stands for a value still to come.
    Placeholder,
    /// A keyword or a type of a language.
    Keyword,
    /// Encrypted or hashed.
    Protected,
    /// A number, version, date, duration, address.
    Measure,
    /// A path, a file, a URL, an e-mail address, a MIME type.
    Locator,
    /// A text for people.
    Text,
    /// Code: a call, a pattern, a selector, an identifier.
    Code,
}

/// One reason's test.
type Test = fn(&[u8]) -> bool;

/// Returns why the value is no secret, or nothing where it may be one.
pub(super) fn innocent(value: &[u8]) -> Option<Innocent> {
    let value = value.trim_ascii();
    if value.len() < 4 {
        return Some(Innocent::Short);
    }
    if value.len() > LONGEST {
        return Some(Innocent::Text);
    }
    // The cheap test that most texts fail comes first.
    let tests: [(Test, Innocent); 8] = [
        (is_text, Innocent::Text),
        (is_keyword, Innocent::Keyword),
        (is_reference, Innocent::Reference),
        (is_protected, Innocent::Protected),
        (is_placeholder, Innocent::Placeholder),
        (is_measure, Innocent::Measure),
        (is_locator, Innocent::Locator),
        (is_code, Innocent::Code),
    ];
    let failed = tests
        .into_iter()
        .find(|(test, _)| test(value))
        .map(|(_, reason)| reason);
    failed.or_else(|| {
        marks::mark(without_padding(value)).map(|mark| match mark {
            Mark::Template => Innocent::Reference,
            Mark::StandIn => Innocent::Placeholder,
            Mark::Code => Innocent::Code,
            Mark::Hash => Innocent::Protected,
        })
    })
}

/// What is longer is a certificate, an image, a text.
const LONGEST: usize = 600;

/// The value without the `=` that closes base64.
fn without_padding(value: &[u8]) -> &[u8] {
    let padding = value.iter().rev().take_while(|&&b| b == b'=').count();
    &value[..value.len() - padding]
}

/// Beginnings of the addresses of secrets that are kept elsewhere.
#[rustfmt::skip]
const KEPT_ELSEWHERE: &[&str] = &[
    "vault:", "vault/", "arn:", "op://", "kms:", "ref+", "secretsmanager", "ssm:", "aws-sm:", "gcp-sm:",
    "azkv:", "keyvault", "env:", "env.", "file:", "env(", "secret:", "secrets.", "@microsoft.keyvault",
    "projects/", "/run/secrets", "keyring:", "akv:", "bw:", "doppler:", "credstash:", "chamber:", "config.",
    "self.", "this.", "var.", "local.", "module.", "data.", "process.env", "os.environ", "os.getenv",
    "settings.", "params.", "sm://", "awssm:", "key:", "name:", "valuefrom", "secretkeyref", "!ref", "!vault",
    "!sub", "!secret", "!env", "lookup(", "steps.", "inputs.",
];

fn is_reference(value: &[u8]) -> bool {
    KEPT_ELSEWHERE.iter().any(|start| starts_with(value, start))
        || is_variable(value)
        || is_enclosed(value)
        || has_format_field(value)
}

fn starts_with(value: &[u8], start: &str) -> bool {
    super::text::starts(value, 0, start)
}

/// `$NAME`, `%NAME%`, `:name`, `@NAME@`, `__NAME__`, `#NAME#`, `&anchor`, `*alias`.
fn is_variable(value: &[u8]) -> bool {
    let (first, last) = (value[0], value[value.len() - 1]);
    let inner = &value[1..];
    let is_name = |name: &[u8]| {
        !name.is_empty()
            && name
                .iter()
                .all(|&b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'))
    };
    let named = is_name(inner) && !inner[0].is_ascii_digit();
    let mark = matches!(first, b'%' | b'@' | b'#' | b'_' | b'~' | b'|' | b'^') && first == last;
    match first {
        b'$' => named || inner.starts_with(b"$") || inner.first() == Some(&b':'),
        b':' | b'*' | b'&' => is_plain_name(inner),
        b'@' => is_plain_name(inner) || named && !inner.iter().any(u8::is_ascii_lowercase),
        _ => mark && value.len() > 2 && is_name(&inner[..inner.len() - 1]),
    }
}

/// A name of letters in one case, with underscores: what a bound parameter or an alias is called.
fn is_plain_name(name: &[u8]) -> bool {
    name.iter().all(|&b| b.is_ascii_alphabetic() || b == b'_')
}

/// `<…>`, `{…}`, `[…]`, `(…)`, `%…%`.
fn is_enclosed(value: &[u8]) -> bool {
    matches!(
        (value[0], value[value.len() - 1]),
        (b'<', b'>') | (b'{', b'}') | (b'[', b']') | (b'(', b')') | (b'%', b'%')
    )
}

/// `%s`, `%d`, `%v`, `{}`, `{0}`, `{name}` anywhere.
fn has_format_field(value: &[u8]) -> bool {
    let percent = value.windows(2).enumerate().any(|(i, w)| {
        w[0] == b'%'
            && matches!(
                w[1],
                b's' | b'd' | b'v' | b'q' | b'r' | b'@' | b'x' | b'i' | b'u'
            )
            && !value.get(i + 2).is_some_and(u8::is_ascii_alphanumeric)
            && value.len() < 24
    });
    percent || has_braced_name(value)
}

fn has_braced_name(value: &[u8]) -> bool {
    let Some(open) = value.iter().position(|&b| b == b'{') else {
        return false;
    };
    let Some(length) = value[open..].iter().position(|&b| b == b'}') else {
        return false;
    };
    value[open + 1..open + length].iter().all(|&b| {
        b.is_ascii_alphanumeric()
            || matches!(
                b,
                b'_' | b'.' | b':' | b'!' | b'[' | b']' | b'(' | b')' | b' '
            )
    })
}

/// Words of languages, and types.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "null", "none", "nil", "true", "false", "undefined", "string", "str", "bytes", "object", "number",
    "integer", "boolean", "bool", "optional", "required", "secretstr", "nan", "void", "auto", "text",
    "varchar", "unset", "disabled", "enabled", "default", "never", "always", "readonly", "writeonly", "empty",
    "ignore", "prompt", "stdin", "inherit", "charsequence", "nsstring", "bytea", "float", "double", "literal",
    "const", "final", "unknown", "anonymous", "noauth",
];

fn is_keyword(value: &[u8]) -> bool {
    KEYWORDS
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word.as_bytes()))
        || [
            &b"Option<"[..],
            b"Optional[",
            b"std::",
            b"Vec<",
            b"List[",
            b"char ",
            b"&str",
            b"Box<",
            b"Arc<",
            b"Union[",
        ]
        .iter()
        .any(|start| value.starts_with(start))
}

/// Encrypted forms, hashes of passwords, and formats that have rules of their own.
#[rustfmt::skip]
const PROTECTED: &[&str] = &[
    "enc[", "enc(", "$ansible_vault", "{cipher}", "$2a$", "$2b$", "$2y$", "$argon2", "$1$", "$5$", "$6$",
    "$y$", "$apr1$", "{ssha", "{sha", "{bcrypt}", "{crypt}", "{md5}", "{pbkdf2", "pbkdf2", "scrypt:",
    "scram-sha", "sha256:", "sha512:", "sha1:", "md5:", "bcrypt:", "encrypted:", "-----begin", "ssh-rsa",
    "ssh-ed25519", "ecdsa-sha2", "$scrypt$", "$pbkdf2", "$sha", "sha1$", "sha256$", "pgp:", "age1",
    "age-encryption", "u2fsdgvkx1", "gaaaaa", "sha256-", "sha512-", "sha384-", "$s0$", "$7$", "{noop}",
    "md5$", "$p$",
];

fn is_protected(value: &[u8]) -> bool {
    let mysql_hash =
        value.len() == 41 && value[0] == b'*' && value[1..].iter().all(u8::is_ascii_hexdigit);
    let jwt = value.starts_with(b"eyJ") && value.contains(&b'.');
    mysql_hash || jwt || PROTECTED.iter().any(|start| starts_with(value, start))
}

fn is_placeholder(value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    is_monotonous(&lower)
        || has_run(&lower)
        || names_only_plain_things(value)
        || lower
            .iter()
            .all(|b| matches!(b, b'*' | b'.' | b'x' | b'-' | b'_' | b'#' | b'?' | b'0'))
        || value.contains(&0xe2) && contains(value, "\u{2022}\u{2022}")
}

/// Few distinct characters, or one of them over and over.
fn is_monotonous(value: &[u8]) -> bool {
    let mut seen = [false; 256];
    for &b in value {
        seen[usize::from(b)] = true;
    }
    let distinct = seen.iter().filter(|&&s| s).count();
    let longest = value
        .chunk_by(|a, b| a == b)
        .map(<[u8]>::len)
        .max()
        .unwrap_or(0);
    longest >= 6
        || distinct <= 3 && value.len() >= 6
        || distinct <= 4 && value.len() >= 12
        || distinct <= 5 && value.len() >= 24
}

/// A run of eight characters in the order of the alphabet or of digits, up or down.
fn has_run(value: &[u8]) -> bool {
    let up = value
        .chunk_by(|a, b| a.checked_add(1) == Some(*b))
        .any(|run| run.len() >= 8);
    up || value
        .chunk_by(|a, b| b.checked_add(1) == Some(*a))
        .any(|run| run.len() >= 8)
}

/// Every word is plain, whatever digits and signs stand between, and there is no other mix of classes.
fn names_only_plain_things(value: &[u8]) -> bool {
    let words = words(value);
    !words.is_empty()
        && !has_odd_symbols(value)
        && !is_stock(value)
        && !is_numbered_word(value)
        && words.iter().all(|word| vocabulary::is_plain(word))
}

/// `Password1!`, `Secret-2024`: a plain word with upper case, lower case, digits and a sign is a real
/// password of people who must satisfy a policy.
pub(super) fn is_stock(value: &[u8]) -> bool {
    value.len() >= 8
        && value.iter().any(u8::is_ascii_uppercase)
        && value.iter().any(u8::is_ascii_lowercase)
        && value.iter().any(u8::is_ascii_digit)
        && has_odd_symbols(value)
}

/// `admin123`, `Manager01`: what people choose who must use a digit.
pub(super) fn is_numbered_word(value: &[u8]) -> bool {
    let digits = value
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_digit())
        .count();
    let word = &value[..value.len() - digits];
    let capital = word.first().is_some_and(u8::is_ascii_uppercase);
    let enough = if capital && word.len() >= 6 { 2 } else { 3 };
    (enough..=6).contains(&digits) && word.len() >= 4 && word.iter().all(u8::is_ascii_alphabetic)
}

/// Signs that identifiers and file names do not have.
pub(super) fn has_odd_symbols(value: &[u8]) -> bool {
    value.iter().any(|b| {
        matches!(
            b,
            b'!' | b'@'
                | b'#'
                | b'$'
                | b'%'
                | b'^'
                | b'&'
                | b'*'
                | b'?'
                | b'+'
                | b'='
                | b'~'
                | b'|'
                | b'<'
                | b'>'
        )
    })
}

fn is_measure(value: &[u8]) -> bool {
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let digits_and = |signs: &[u8]| {
        value
            .iter()
            .all(|b| b.is_ascii_digit() || signs.contains(b))
    };
    let unit = value
        .iter()
        .rev()
        .take_while(|b| b.is_ascii_alphabetic())
        .count();
    let version = value.strip_prefix(b"v").unwrap_or(value);
    digits > 0
        && (digits < 6 && digits_and(b"._-")
            || digits_and(b".-:/,TZ +") && !digits_and(b"")
            || unit <= 4 && digits + unit == value.len() && is_unit(&value[digits..])
            || version[0].is_ascii_digit()
                && version.contains(&b'.')
                && version
                    .iter()
                    .all(|b| b.is_ascii_digit() || b".-rcabetx*^~>=<".contains(b))
            || value[0] == b'#' && value.len() <= 9 && value[1..].iter().all(u8::is_ascii_hexdigit)
            || value.starts_with(b"0x")
                && value.len() <= 18
                && value[2..].iter().all(u8::is_ascii_hexdigit))
}

fn is_unit(unit: &[u8]) -> bool {
    [
        "s", "m", "h", "d", "w", "ms", "us", "ns", "min", "kb", "mb", "gb", "tb", "k", "mi", "gi",
        "ki", "px", "em", "rem", "pt", "vh", "vw", "days", "hrs", "sec", "bit", "l", "ul", "f",
        "u",
    ]
    .iter()
    .any(|known| unit.eq_ignore_ascii_case(known.as_bytes()))
}

/// Endings that only file names and host names have.
#[rustfmt::skip]
const FILE_ENDINGS: &[&str] = &[
    ".pem", ".key", ".json", ".yaml", ".yml", ".txt", ".crt", ".cer", ".pub", ".php", ".html", ".htm", ".js",
    ".ts", ".tsx", ".jsx", ".py", ".rb", ".go", ".rs", ".java", ".xml", ".p12", ".pfx", ".jks", ".keystore",
    ".env", ".ini", ".conf", ".cfg", ".sh", ".db", ".sqlite", ".log", ".csv", ".md", ".png", ".svg", ".jpg",
    ".css", ".scss", ".toml", ".properties", ".enc", ".gpg", ".asc", ".vue", ".com", ".org", ".net", ".io",
    ".dev", ".local", ".localhost", ".erb", ".haml", ".cs", ".kt", ".swift", ".proto", ".sql", ".lock",
    ".tpl",
];

fn is_locator(value: &[u8]) -> bool {
    contains(value, "://")
        || FILE_ENDINGS
            .iter()
            .any(|ending| super::text::ends(value, value.len(), ending))
        || is_path(value)
        || is_email(value)
        || value.ends_with(b"/*")
        || starts_with(value, "data:")
        || starts_with(value, "mailto:")
        || starts_with(value, "urn:")
        || starts_with(value, "www.")
}

/// `/etc/x`, `./x`, `~/x`, `C:\x`, `a/b/c` of words; not base64 with slashes in it.
fn is_path(value: &[u8]) -> bool {
    let rooted = [&b"./"[..], b"../", b"~/", b"\\\\", b"~\\", b".\\"]
        .iter()
        .any(|s| value.starts_with(s))
        || value.len() > 2
            && value[0].is_ascii_alphabetic()
            && value[1] == b':'
            && matches!(value[2], b'\\' | b'/');
    rooted
        || value.contains(&b'/')
            && value
                .split(|&b| b == b'/')
                .all(|part| part.is_empty() || is_word_like(part))
}

/// `name@host.tld`, whole.
fn is_email(value: &[u8]) -> bool {
    let Some(at) = value.iter().position(|&b| b == b'@') else {
        return false;
    };
    let (local, host) = (&value[..at], &value[at + 1..]);
    let Some(dot) = host.iter().rposition(|&b| b == b'.') else {
        return false;
    };
    let label = |part: &[u8]| {
        !part.is_empty()
            && part
                .iter()
                .all(|&b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+'))
    };
    label(local)
        && label(&host[..dot])
        && host.len() - dot > 2
        && host[dot + 1..].iter().all(u8::is_ascii_lowercase)
}

/// A sentence, a label, a translation.
fn is_text(value: &[u8]) -> bool {
    let has_space = value.iter().any(u8::is_ascii_whitespace);
    let foreign = value.iter().any(|&b| b >= 0x80);
    let letters = value.iter().filter(|b| b.is_ascii_alphabetic()).count();
    let digits = value.iter().any(u8::is_ascii_digit);
    let ends_sentence = matches!(
        value[value.len() - 1],
        b':' | b'.' | b',' | b'?' | b'!' | b';'
    );
    has_space && !is_grouped(value)
        || is_binary(value)
        || foreign && !digits
        || ends_sentence && !digits && letters + 1 == value.len()
        || ends_sentence && foreign && !digits
        || contains(value, "&nbsp;")
        || contains(value, "\\u00")
        || contains(value, "\\n")
}

/// Bytes that no text has.
fn is_binary(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_control) || std::str::from_utf8(value).is_err()
}

/// Four groups of four letters in lower case: a password that a mail provider makes for one program.
pub(super) fn is_grouped(value: &[u8]) -> bool {
    let groups = || value.split(|&b| b == b' ');
    value.len() == 19
        && groups().count() == 4
        && groups().all(|group| group.len() == 4 && group.iter().all(u8::is_ascii_lowercase))
        && vocabulary::likeness(value) < 72
}

fn is_code(value: &[u8]) -> bool {
    let body = without_padding(value);
    is_call(body)
        || is_dotted(body)
        || is_selector(body)
        || is_word_like(body) && (body.iter().any(|b| !b.is_ascii_alphabetic()) || is_camel(body))
        || is_assignment(body)
}

/// `name(…)`, `name[…]`, and the first argument of a call that is cut off at a blank: `substr($0,`.
fn is_call(value: &[u8]) -> bool {
    let Some(open) = value.iter().position(|b| matches!(b, b'(' | b'[')) else {
        return false;
    };
    let closes = value[open..].iter().any(|b| matches!(b, b')' | b']'));
    open > 0
        && (closes || value.ends_with(b",") || open + 1 == value.len())
        && value[..open].iter().all(|&b| {
            b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b':' | b'$' | b'@' | b'!' | b'?')
        })
}

/// `package.module.Class2Name`: three or more names, of which at most the last has digits within.
fn is_dotted(value: &[u8]) -> bool {
    let mut parts: Vec<_> = value.split(|&b| b == b'.').collect();
    let last = parts.pop().unwrap_or_default();
    parts.len() >= 2
        && parts.into_iter().all(is_word_like)
        && last.len() > 1
        && last[0].is_ascii_alphabetic()
        && last.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'_')
        && vocabulary::likeness(last) > 60
}

/// `#id`, `.class`, `[attr]`, `input[type=…]`.
fn is_selector(value: &[u8]) -> bool {
    matches!(value, [b'#' | b'.', name @ ..] if is_word_like(name))
}

/// `name=value` with a word for a name.
fn is_assignment(value: &[u8]) -> bool {
    let Some(at) = value.iter().position(|&b| b == b'=') else {
        return false;
    };
    at >= 3
        && at + 1 < value.len()
        && is_word_like(&value[..at])
        && vocabulary::likeness(&value[..at]) > 60
}
