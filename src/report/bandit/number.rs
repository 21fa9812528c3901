//! How Python lays out a text or a whole number: fill, alignment, sign, width, grouping, precision and type.

/// The widest field and the most digits that are laid out; Python itself has no such limit.
const LIMIT: usize = 10_000;

/// A layout that has been read and that fits the kind of value it is for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Layout {
    fill: Option<char>,
    align: Option<char>,
    sign: Option<char>,
    no_negative_zero: bool,
    alternate: bool,
    zeros: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

/// Why a value cannot be laid out like this.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// It cannot be read.
    #[error("`{0}` is no layout")]
    Malformed(String),
    /// Something in it does not go with the kind of value.
    #[error("`{0}` does not go with such a value")]
    Unfit(String),
    /// It is wider or more precise than anybody needs.
    #[error("it is too wide")]
    TooWide,
    /// What is neither text nor number has no layout.
    #[error("it takes no layout")]
    Other,
}

impl Layout {
    fn parse(text: &str) -> Result<Self, LayoutError> {
        let mut chars: Vec<char> = text.chars().rev().collect();
        let mut layout = Self::default();
        let is_align = |c: &char| "<>=^".contains(*c);
        if chars.len() > 1 && is_align(&chars[chars.len() - 2]) {
            layout.fill = chars.pop();
            layout.align = chars.pop();
        } else {
            layout.align = chars.pop_if(|c| is_align(&*c));
        }
        layout.sign = chars.pop_if(|c| "+- ".contains(*c));
        layout.no_negative_zero = chars.pop_if(|c| *c == 'z').is_some();
        layout.alternate = chars.pop_if(|c| *c == '#').is_some();
        layout.zeros = chars.pop_if(|c| *c == '0').is_some();
        layout.width = digits(&mut chars)?.unwrap_or_default();
        layout.grouping = chars.pop_if(|c| ",_".contains(*c));
        if chars.pop_if(|c| *c == '.').is_some() {
            let precision = digits(&mut chars)?;
            layout.precision =
                Some(precision.ok_or_else(|| LayoutError::Malformed(text.to_owned()))?);
        }
        layout.kind = chars.pop();
        if chars.is_empty() {
            Ok(layout)
        } else {
            Err(LayoutError::Malformed(text.to_owned()))
        }
    }

    /// Reads a layout for texts.
    pub(super) fn of_text(text: &str) -> Result<Self, LayoutError> {
        let layout = Self::parse(text)?;
        let fits = layout.sign.is_none()
            && !layout.no_negative_zero
            && !layout.alternate
            && layout.align != Some('=')
            && layout.grouping.is_none()
            && matches!(layout.kind, None | Some('s'));
        fits.then_some(layout)
            .ok_or_else(|| LayoutError::Unfit(text.to_owned()))
    }

    /// Reads a layout for whole numbers.
    pub(super) fn of_number(text: &str) -> Result<Self, LayoutError> {
        let layout = Self::parse(text)?;
        let fractional = layout.is_fractional();
        let fits = match layout.kind {
            Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => true,
            None | Some('d') => layout.precision.is_none(),
            Some('n') => layout.precision.is_none() && layout.grouping.is_none(),
            Some('b' | 'o' | 'x' | 'X') => {
                layout.precision.is_none() && layout.grouping != Some(',')
            }
            Some('c') => {
                layout.precision.is_none()
                    && layout.grouping.is_none()
                    && layout.sign.is_none()
                    && !layout.alternate
            }
            _ => false,
        };
        (fits && (fractional || !layout.no_negative_zero))
            .then_some(layout)
            .ok_or_else(|| LayoutError::Unfit(text.to_owned()))
    }

    fn is_fractional(&self) -> bool {
        matches!(self.kind, Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%'))
    }

    /// Lays out a text.
    pub(super) fn text(&self, text: &str) -> String {
        let text: String = text
            .chars()
            .take(self.precision.unwrap_or(usize::MAX))
            .collect();
        self.pad("", &text, '<')
    }

    /// Lays out a number.
    pub(super) fn number(&self, number: i64) -> String {
        if self.kind == Some('c') {
            let c = u32::try_from(number).ok().and_then(char::from_u32);
            return self.pad("", &c.unwrap_or('\u{fffd}').to_string(), '<');
        }
        let sign = match self.sign {
            _ if number < 0 => "-",
            Some('+') => "+",
            Some(' ') => " ",
            _ => "",
        };
        let magnitude = number.unsigned_abs();
        let (prefix, digits, group) = match self.kind {
            Some('b') => ("0b", format!("{magnitude:b}"), 4),
            Some('o') => ("0o", format!("{magnitude:o}"), 4),
            Some('x') => ("0x", format!("{magnitude:x}"), 4),
            Some('X') => ("0X", format!("{magnitude:X}"), 4),
            _ if self.is_fractional() => ("", self.fraction(magnitude as f64), 3),
            _ => ("", magnitude.to_string(), 3),
        };
        let head = format!("{sign}{}", if self.alternate { prefix } else { "" });
        let end = match digits.find(|c: char| !c.is_ascii_digit()) {
            Some(end) if self.is_fractional() => end,
            _ => digits.len(),
        };
        let (whole, rest) = digits.split_at(end);
        let Some(separator) = self.grouping else {
            return self.pad(&head, &digits, '>');
        };
        let zeros_inside = self.zeros && self.fill.is_none() && self.align.is_none();
        let mut whole = whole.to_owned();
        while zeros_inside
            && head.len() + grouped(&whole, separator, group).len() + rest.len() < self.width
        {
            whole.insert(0, '0');
        }
        self.pad(
            &head,
            &format!("{}{rest}", grouped(&whole, separator, group)),
            '>',
        )
    }

    /// Returns a number that is not negative with a fraction or an exponent.
    fn fraction(&self, number: f64) -> String {
        let precision = self.precision.unwrap_or(6);
        let text = match self.kind {
            Some('f' | 'F') => format!("{number:.precision$}"),
            Some('%') => format!("{:.precision$}%", number * 100.0),
            Some('e' | 'E') => exponent(number, precision),
            _ => self.general(number, precision.max(1)),
        };
        if matches!(self.kind, Some('E' | 'G')) {
            text.to_uppercase()
        } else {
            text
        }
    }

    fn general(&self, number: f64, precision: usize) -> String {
        let scientific = exponent(number, precision - 1);
        let power: usize = scientific
            .rsplit_once('e')
            .and_then(|(_, power)| power.parse().ok())
            .unwrap_or_default();
        let (digits, tail) = if power < precision {
            let decimals = precision - 1 - power;
            (format!("{number:.decimals$}"), String::new())
        } else {
            let (digits, power) = scientific.split_once('e').unwrap_or((&scientific, ""));
            (digits.to_owned(), format!("e{power}"))
        };
        if self.alternate || !digits.contains('.') {
            return digits + &tail;
        }
        digits
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned()
            + &tail
    }

    fn pad(&self, head: &str, text: &str, default: char) -> String {
        let missing = self
            .width
            .saturating_sub(head.chars().count() + text.chars().count());
        let fill = self.fill.unwrap_or(if self.zeros { '0' } else { ' ' });
        let numeric_zeros = self.zeros && self.fill.is_none() && default == '>';
        let align = self
            .align
            .unwrap_or(if numeric_zeros { '=' } else { default });
        let run = |count: usize| fill.to_string().repeat(count);
        match align {
            '<' => format!("{head}{text}{}", run(missing)),
            '^' => format!(
                "{}{head}{text}{}",
                run(missing / 2),
                run(missing - missing / 2)
            ),
            '=' => format!("{head}{}{text}", run(missing)),
            _ => format!("{}{head}{text}", run(missing)),
        }
    }
}

/// Takes the digits from the end of the reversed characters.
fn digits(chars: &mut Vec<char>) -> Result<Option<usize>, LayoutError> {
    let mut number = None;
    while let Some(digit) = chars.last().and_then(|c| c.to_digit(10)) {
        chars.pop();
        let more = number.unwrap_or(0) * 10 + digit as usize;
        if more > LIMIT {
            return Err(LayoutError::TooWide);
        }
        number = Some(more);
    }
    Ok(number)
}

fn exponent(number: f64, precision: usize) -> String {
    let text = format!("{number:.precision$e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{digits}e+{power:0>2}")
}

fn grouped(digits: &str, separator: char, size: usize) -> String {
    let mut out = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(size) {
            out.push(separator);
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_look_as_in_python() {
        for (layout, number, expected) in [
            ("", 1, "1"),
            ("03", 1, "001"),
            ("03", -1, "-01"),
            (">6", 12, "    12"),
            ("^6", 12, "  12  "),
            ("^5", 12, " 12  "),
            ("*^5", 0, "**0**"),
            ("+d", 12, "+12"),
            (" d", 12, " 12"),
            ("x", 255, "ff"),
            ("#x", 255, "0xff"),
            ("#06x", 255, "0x00ff"),
            ("_b", 255, "1111_1111"),
            (",", 1_234_567, "1,234,567"),
            ("06,", 1, "00,001"),
            ("04,", 1, "0,001"),
            ("06.2f", 1, "001.00"),
            ("e", 12, "1.200000e+01"),
            ("%", 1, "100.000000%"),
            ("g", 123_456, "123456"),
            ("g", 1_234_567, "1.23457e+06"),
            ("g", 1_200_000, "1.2e+06"),
            ("c", 65, "A"),
            ("=5", -3, "-   3"),
        ] {
            assert_eq!(
                Layout::of_number(layout).unwrap().number(number),
                expected,
                "{layout}"
            );
        }
        for wrong in ["s", ".3", "z", ",x", "5d5", "c,", "99999999999"] {
            assert!(Layout::of_number(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn texts_look_as_in_python() {
        for (layout, expected) in [
            ("", "LOW"),
            ("5", "LOW  "),
            ("05", "LOW00"),
            (".2", "LO"),
            ("x>9", "xxxxxxLOW"),
            ("5.1s", "L    "),
        ] {
            assert_eq!(
                Layout::of_text(layout).unwrap().text("LOW"),
                expected,
                "{layout}"
            );
        }
        for wrong in ["d", "=5", "+", ",", "#"] {
            assert!(Layout::of_text(wrong).is_err(), "{wrong}");
        }
    }
}
