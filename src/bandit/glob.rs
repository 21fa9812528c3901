//! Shell-style patterns as Python's `fnmatch` reads them: `*` also matches `/`, and nothing can be escaped.

/// Returns whether the whole text matches the pattern.
pub fn matches(pattern: &str, text: &str) -> bool {
    // Nearly all patterns are a plain text, or the end of one.
    let is_plain = |pattern: &str| !pattern.contains(['*', '?', '[']);
    if is_plain(pattern) {
        return pattern == text;
    }
    if let Some(end) = pattern.strip_prefix('*').filter(|end| is_plain(end)) {
        return text.ends_with(end);
    }
    let pattern = parse(pattern);
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut part) = (0, 0);
    // Where to go on when what follows the last star does not match.
    let mut retry = None;
    loop {
        match pattern.get(part) {
            Some(Part::Star) => {
                part += 1;
                retry = Some((at, part));
                continue;
            }
            Some(Part::One(one)) if text.get(at).is_some_and(|c| one.matches(*c)) => {
                at += 1;
                part += 1;
                continue;
            }
            None if at == text.len() => return true,
            _ => {}
        }
        match &mut retry {
            Some((from, behind)) if *from < text.len() => {
                *from += 1;
                (at, part) = (*from, *behind);
            }
            _ => return false,
        }
    }
}

enum Part {
    Star,
    One(One),
}

enum One {
    Any,
    Char(char),
    Set {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

impl One {
    fn matches(&self, c: char) -> bool {
        match self {
            Self::Any => true,
            Self::Char(own) => *own == c,
            Self::Set { negated, ranges } => {
                ranges.iter().any(|(from, to)| (*from..=*to).contains(&c)) != *negated
            }
        }
    }
}

fn parse(pattern: &str) -> Vec<Part> {
    let chars: Vec<char> = pattern.chars().collect();
    let (mut parts, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        let c = chars[at];
        at += 1;
        parts.push(match c {
            '*' => Part::Star,
            '?' => Part::One(One::Any),
            '[' => match set(&chars[at..]) {
                Some((set, length)) => {
                    at += length;
                    Part::One(set)
                }
                None => Part::One(One::Char('[')),
            },
            _ => Part::One(One::Char(c)),
        });
    }
    parts
}

/// Reads what follows a `[`; nothing where no `]` closes it.
fn set(rest: &[char]) -> Option<(One, usize)> {
    let negated = rest.first() == Some(&'!');
    let start = usize::from(negated);
    // A bracket at the very start is a member.
    let skipped = start + usize::from(rest.get(start) == Some(&']'));
    let end = skipped + rest.get(skipped..)?.iter().position(|c| *c == ']')?;
    let members = &rest[start..end];
    let (mut ranges, mut at) = (Vec::new(), 0);
    while at < members.len() {
        match members[at..] {
            [from, '-', to, ..] => {
                if from <= to {
                    ranges.push((from, to));
                }
                at += 3;
            }
            [c, ..] => {
                ranges.push((c, c));
                at += 1;
            }
            [] => {}
        }
    }
    Some((One::Set { negated, ranges }, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, expected) in [
            ("*.py", "a/b.py", true),
            ("*.py", "a/b.pyc", false),
            ("*/tests/*", "./x/tests/y.py", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("[ab]*", "bx", true),
            ("[!ab]*", "bx", false),
            ("[a-c]", "b", true),
            ("[c-a]", "b", false),
            ("[]]", "]", true),
            ("[x", "[x", true),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxcxxb", false),
            ("", "", true),
            ("\\*", "\\x", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
