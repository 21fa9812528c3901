//! Reads literals in quotation marks, in the spellings of many languages, escaped ones included.

use std::ops::Range;

use super::context::Kind;
use super::text::{
    LONGEST_VALUE, byte, is_quote, is_word, skip_blanks, skip_space, skip_while, starts, trim,
};

/// A literal found at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Literal {
    /// What stands between the quotation marks.
    pub(super) value: Range<usize>,
    /// Behind the closing mark.
    pub(super) end: usize,
    /// Whether the literal is the whole value: not a format, not a piece that something is added to.
    pub(super) whole: bool,
}

/// How many elements of a list are looked at.
const ELEMENTS: usize = 8;

/// What may wrap a literal and leave it what it is; before each of them stands no other word.
#[rustfmt::skip]
const WRAPPERS: &[&str] = &[
    "SecretStr(", "Some(", "String(", "str(", "bytes(", "Buffer.from(", "new String(", "[]byte(",
    "String::from(", "Secret::new(", "Secret(", "SecretString(", "pulumi.secret(", "Ok(", "Just(", "of(",
    "Encoding.UTF8.GetBytes(", "Encoding.ASCII.GetBytes(", "lit(", "TEXT(", "L(", "_T(", "N'", "Password(", "b64decode(", "base64.b64decode(",
    "base64.StdEncoding.DecodeString(", "encodeURIComponent(", "to_string(", "std::string(", "QString(",
    "Optional.of(", "aws.String(", "to.StringPtr(", "pointer.String(", "ptr.To(", "ptr(", "Box::new(",
    "Arc::new(", "SecretString::new(", "SecretString::from(", "F(", "new SecureString(",
    "secretsmanager.SecretString(", "SecretValue.unsafePlainText(", "SecretValue.plainText(",
    "cdk.SecretValue.unsafePlainText(", "PSTR(",
];

/// Reads the literals that begin at `at`: one, or the elements of a list.
pub(super) fn values(text: &[u8], at: usize, kind: Kind) -> Vec<Range<usize>> {
    // In program text the value may stand on the next line.
    let at = if kind == Kind::Source || kind == Kind::Data {
        skip_space(text, at)
    } else {
        skip_blanks(text, at)
    };
    let literal = wrapped(text, at).or_else(|| fallback_behind(text, at, kind));
    let opens_list = matches!(byte(text, at), Some(b'[' | b'(')) || opens_set(text, at);
    if literal.is_none() && opens_list {
        return elements(text, at + 1);
    }
    literal
        .filter(|l| l.whole && !is_key(text, l.end))
        .map(|l| vec![l.value])
        .unwrap_or_default()
}

/// `{"…", "…"}`: braces round values, not round keys.
fn opens_set(text: &[u8], at: usize) -> bool {
    byte(text, at) == Some(b'{')
        && self::at(text, skip_space(text, at + 1)).is_some_and(|first| {
            let next = skip_space(text, first.end);
            matches!(byte(text, next), Some(b',' | b'}'))
        })
}

fn elements(text: &[u8], mut at: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    while found.len() < ELEMENTS {
        at = skip_space(text, at);
        let Some(literal) = wrapped(text, at) else {
            break;
        };
        at = skip_space(text, literal.end);
        let next = byte(text, at);
        // `("name", "value")` pairs and `{"key": …}` are somebody else's.
        if !matches!(next, Some(b',' | b']' | b')' | b'}')) {
            break;
        }
        if literal.whole {
            found.push(literal.value);
        }
        if next != Some(b',') {
            break;
        }
        at += 1;
    }
    found
}

/// Reads the literal at `at`, through the constructors that leave it what it is.
pub(super) fn wrapped(text: &[u8], at: usize) -> Option<Literal> {
    let start = if starts(text, at, "new ") { at + 4 } else { at };
    let first = byte(text, start);
    let wrapper = WRAPPERS
        .iter()
        .filter(|wrapper| wrapper.as_bytes().first().copied() == first)
        .find(|wrapper| text[start..].starts_with(wrapper.as_bytes()));
    match wrapper {
        Some(wrapper) if wrapper.ends_with('(') => {
            self::at(text, skip_space(text, start + wrapper.len()))
        }
        _ => self::at(text, at),
    }
}

/// `getenv("X") or "…"`, `process.env.X || '…'`, `os.environ.get("X", "…")`: the literal that stands in.
fn fallback_behind(text: &[u8], at: usize, kind: Kind) -> Option<Literal> {
    if kind != Kind::Source {
        return None;
    }
    let head = text.get(at..text.len().min(at + 40))?;
    // All of them have this in common, and most lines do not.
    if !super::text::contains(head, "env") {
        return None;
    }
    let reads = [
        "environ",
        "getenv",
        "process.env",
        "env(",
        "ENV[",
        "ENV.",
        "env.",
        "Environment",
        "std::env",
        "env::var",
        "import.meta.env",
    ];
    if !reads.iter().any(|read| super::text::contains(head, read)) {
        return None;
    }
    let line = super::text::line_end(text, at).min(at + 256);
    let signs = [" or ", "||", "??", "?:", "unwrap_or(", "\", ", "', "];
    let (sign_at, sign) = signs
        .iter()
        .find_map(|sign| super::text::find_in(text, at..line, sign).map(|i| (i, sign)))?;
    self::at(text, skip_space(text, sign_at + sign.len()))
}

/// Reads the literal that begins exactly at `at`, with a prefix such as `b`, `r#`, `@`, `&`.
pub(super) fn at(text: &[u8], at: usize) -> Option<Literal> {
    let (open, prefix) = opening(text, at)?;
    let raw_hashes = memchr::memchr_iter(b'#', prefix).count();
    let interpolates = prefix.iter().any(|b| matches!(b, b'f' | b'F' | b'$'));
    let slashes = skip_while(text, open, 8, |b| b == b'\\') - open;
    let mark = byte(text, open + slashes).filter(|&b| is_quote(b))?;
    let body = open + slashes + 1;
    if slashes == 0 && byte(text, body) == Some(mark) {
        return (byte(text, body + 1) == Some(mark))
            .then(|| triple(text, body + 2, mark))
            .flatten();
    }
    let raw = raw_hashes > 0 || prefix.contains(&b'@');
    let close = closing(text, body, mark, slashes, raw)?;
    let end = close + slashes + 1 + raw_hashes;
    let value = trim(text, body..close);
    let whole = is_whole(text, end) && !(interpolates && text[value.clone()].contains(&b'{'));
    Some(Literal { value, end, whole })
}

/// Where the quotation mark stands, and what is written before it.
fn opening(text: &[u8], at: usize) -> Option<(usize, &[u8])> {
    let open = skip_while(text, at, 4, |b| {
        matches!(
            b,
            b'b' | b'B'
                | b'r'
                | b'R'
                | b'f'
                | b'F'
                | b'u'
                | b'U'
                | b'L'
                | b'N'
                | b'@'
                | b'$'
                | b'&'
                | b'#'
                | b'c'
                | b'q'
        )
    });
    matches!(byte(text, open), Some(b'"' | b'\'' | b'`' | b'\\')).then(|| (open, &text[at..open]))
}

/// Finds the mark that closes: with as many backslashes as the opening one, and not across lines.
fn closing(text: &[u8], body: usize, mark: u8, slashes: usize, raw: bool) -> Option<usize> {
    let limit = text.len().min(body + LONGEST_VALUE);
    let mut i = body;
    while i < limit {
        match text[i] {
            b'\n' if mark != b'`' => return None,
            b'\\' if !raw => {
                let run = skip_while(text, i, 16, |b| b == b'\\') - i;
                if run == slashes && byte(text, i + run) == Some(mark) {
                    return Some(i);
                }
                // An odd run escapes what follows it.
                i += run + run % 2;
            }
            b if b == mark && slashes == 0 => return Some(i),
            // The string round an escaped one ends here.
            b if b == mark => return None,
            _ => i += 1,
        }
    }
    None
}

/// The first line of a literal in three marks, if it is all there is.
fn triple(text: &[u8], body: usize, mark: u8) -> Option<Literal> {
    let limit = text.len().min(body + LONGEST_VALUE);
    let close = text[body..limit].windows(3).position(|w| w == [mark; 3])? + body;
    let value = trim(text, body..close);
    let whole = !text[value.clone()].contains(&b'\n');
    Some(Literal {
        value,
        end: close + 3,
        whole,
    })
}

/// Whether nothing is added to the literal and it is not a format.
fn is_whole(text: &[u8], end: usize) -> bool {
    let next = skip_blanks(text, end);
    match byte(text, next) {
        Some(b'+' | b'%') => false,
        // `"…" . $x` of PHP; `"…".method()` is whole unless it formats or cuts.
        Some(b'.') if next > end => false,
        Some(b'.') => !["format", ".replace", ".join", ".split", ".length"]
            .iter()
            .any(|method| starts(text, next + usize::from(!method.starts_with('.')), method)),
        // `"password" in form` is a question.
        Some(b'i') => !starts(text, next, "in ") && !starts(text, next, "is "),
        Some(b) => !(is_word(b) && next == end),
        None => true,
    }
}

/// Whether the literal that ends at `end` is itself the key of something, or compared.
fn is_key(text: &[u8], end: usize) -> bool {
    matches!(byte(text, skip_blanks(text, end)), Some(b':' | b'='))
}
