//! What the tests of processes and shells share.

use ruff_python_ast::{Expr, Number};

use super::call::Call;

/// Returns whether a call is of a configured list; nothing where the configuration lacks the list.
pub(super) fn is_in(list: Option<&[String]>, call: &Call<'_, '_>) -> Option<bool> {
    let name = call.qualname();
    Some(list?.iter().any(|listed| listed == name))
}

/// Returns whether `shell=` is given and true; nothing where the reference tool fails to evaluate an argument.
pub(super) fn is_asked_for(call: &Call<'_, '_>) -> Option<bool> {
    call.values()?;
    let mut keywords = call.keywords().iter().rev();
    let shell = keywords.find(|keyword| keyword.arg.as_deref() == Some("shell"));
    Some(shell.is_some_and(|shell| is_true(&shell.value)))
}

/// Returns whether the first argument is a string.
pub(super) fn is_fixed(call: &Call<'_, '_>) -> bool {
    call.args()
        .first()
        .is_some_and(Expr::is_string_literal_expr)
}

/// Returns the truth of a literal; anything that is not one counts as true.
fn is_true(value: &Expr) -> bool {
    match value {
        Expr::BooleanLiteral(value) => value.value,
        Expr::NoneLiteral(_) => false,
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(int) => int.as_u64() != Some(0),
            Number::Float(float) => *float != 0.0,
            Number::Complex { real, imag } => *real != 0.0 || *imag != 0.0,
        },
        Expr::StringLiteral(string) => !string.value.is_empty(),
        Expr::BytesLiteral(bytes) => !bytes.value.is_empty(),
        Expr::List(list) => !list.is_empty(),
        Expr::Dict(dict) => !dict.is_empty(),
        _ => true,
    }
}
