//! Constants as Python's `str` shows them: the reference tool's messages quote them so.

use ruff_python_ast::{Expr, Number};

/// Returns what `str` makes of a constant, or nothing for what is none.
pub(super) fn printed(expr: &Expr) -> Option<String> {
    Some(match expr {
        Expr::StringLiteral(string) => string.value.to_str().to_owned(),
        Expr::BytesLiteral(literal) => bytes(literal.value.bytes()),
        Expr::BooleanLiteral(boolean) => if boolean.value { "True" } else { "False" }.to_owned(),
        Expr::NoneLiteral(_) => "None".to_owned(),
        Expr::EllipsisLiteral(_) => "Ellipsis".to_owned(),
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(int) => decimal(&int.to_string()),
            Number::Float(value) => float(*value),
            Number::Complex { imag, .. } => {
                let imag = float(*imag);
                format!("{}j", imag.strip_suffix(".0").unwrap_or(&imag))
            }
        },
        _ => return None,
    })
}

fn bytes(bytes: impl Iterator<Item = u8>) -> String {
    let bytes: Vec<u8> = bytes.collect();
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        b'"'
    } else {
        b'\''
    };
    let mut shown = format!("b{}", char::from(quote));
    for byte in bytes {
        match byte {
            b'\t' => shown.push_str("\\t"),
            b'\n' => shown.push_str("\\n"),
            b'\r' => shown.push_str("\\r"),
            _ if byte == b'\\' || byte == quote => shown.extend(['\\', char::from(byte)]),
            b' '..=b'~' => shown.push(char::from(byte)),
            _ => shown.push_str(&format!("\\x{byte:02x}")),
        }
    }
    shown.push(char::from(quote));
    shown
}

/// Returns an integer, given as it is written, in decimal digits.
fn decimal(written: &str) -> String {
    let written = written.replace('_', "").to_ascii_lowercase();
    let (radix, digits) = match written.get(..2) {
        Some("0x") => (16, &written[2..]),
        Some("0o") => (8, &written[2..]),
        Some("0b") => (2, &written[2..]),
        _ => (10, written.as_str()),
    };
    // Nine decimal digits each, the lowest first.
    let mut limbs = vec![0_u64];
    for digit in digits.chars().filter_map(|c| c.to_digit(radix)) {
        let mut carry = u64::from(digit);
        for limb in &mut limbs {
            carry += *limb * u64::from(radix);
            *limb = carry % 1_000_000_000;
            carry /= 1_000_000_000;
        }
        if carry > 0 {
            limbs.push(carry);
        }
    }
    let mut shown = limbs.pop().unwrap_or_default().to_string();
    for limb in limbs.iter().rev() {
        shown.push_str(&format!("{limb:09}"));
    }
    shown
}

/// Returns the shortest digits that mean the number, with an exponent where Python has one.
fn float(value: f64) -> String {
    if value.is_infinite() {
        return "inf".to_owned();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    match exponent.parse::<i32>() {
        Ok(exponent) if value != 0.0 && !(-4..16).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        _ => format!("{value:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_look_as_in_python() {
        for (code, expected) in [
            ("'a\\'b'", "a'b"),
            ("b'a\\'\\\\\\x00\\xff\\n'", "b\"a'\\\\\\x00\\xff\\n\""),
            ("b'\\'\"'", "b'\\'\"'"),
            ("None", "None"),
            ("...", "Ellipsis"),
            ("0x_ff", "255"),
            ("0o17", "15"),
            ("0xFFFFFFFFFFFFFFFFFFFF", "1208925819614629174706175"),
            ("1000000000000000000000", "1000000000000000000000"),
            ("0b0", "0"),
            ("1.0", "1.0"),
            ("1e15", "1000000000000000.0"),
            ("1e16", "1e+16"),
            ("1.5e-5", "1.5e-05"),
            ("0.0001", "0.0001"),
            ("1e400", "inf"),
            ("2j", "2j"),
            ("1.5j", "1.5j"),
        ] {
            let parsed = ruff_python_parser::parse_expression(code).unwrap();
            assert_eq!(printed(parsed.expr()).as_deref(), Some(expected), "{code}");
        }
    }
}
