//! B610: Django's `extra`
//!
//! `extra` puts text into the SQL of a query as it is.
//!
//! Use annotations and expressions, or `RawSQL` with parameters.
//!
//! ```python,finds
//! User.objects.extra(where=[condition])
//! ```
//!
//! ```python,clean
//! User.objects.filter(name=name)
//! ```
//!
//! <https://docs.djangoproject.com/en/stable/ref/models/querysets/#extra>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B610.rule(Severity::Medium, 89),
    name: "django_extra_used",
    function: "django_extra_used",
    confidence: Confidence::Medium,
    on: On::Call(Callee::Named(&["extra"]), run),
};

/// The keywords of `extra` in the order of its positional arguments.
const PARAMETERS: [&str; 6] = [
    "select",
    "where",
    "params",
    "tables",
    "order_by",
    "select_params",
];

fn run(_: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    let argument = |name: &str| {
        let position = PARAMETERS.iter().position(|parameter| *parameter == name)?;
        let by_name = call
            .keywords()
            .iter()
            .rev()
            .find(|keyword| keyword.arg.as_deref() == Some(name));
        let by_name = by_name.map(|keyword| &keyword.value);
        call.args().get(position).or(by_name)
    };
    let open = ["where", "tables"]
        .into_iter()
        .filter_map(argument)
        .any(|list| match list {
            Expr::List(list) => !list.iter().all(Expr::is_string_literal_expr),
            _ => true,
        })
        || argument("select").is_some_and(|select| match select {
            Expr::Dict(dict) => !dict.iter().all(|item| {
                let key = item.key.as_ref();
                key.is_some_and(Expr::is_string_literal_expr) && item.value.is_string_literal_expr()
            }),
            _ => true,
        });
    open.then(|| Found::new("`extra` puts text into SQL as it is: use expressions or parameters"))
}
