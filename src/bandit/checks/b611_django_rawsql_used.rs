//! B611: Django's `RawSQL`
//!
//! `RawSQL` puts text into the SQL of a query as it is.
//!
//! Keep the text fixed and pass values as parameters.
//!
//! ```python,finds
//! from django.db.models.expressions import RawSQL
//!
//! RawSQL(query, [])
//! ```
//!
//! ```python,clean
//! from django.db.models.expressions import RawSQL
//!
//! RawSQL("select 1 where x = %s", [value])
//! ```
//!
//! <https://docs.djangoproject.com/en/stable/ref/models/expressions/#raw-sql-expressions>

use super::prelude::*;

pub(super) static TEST: Test = Test {
    meta: page::B611.rule(Severity::Medium, 89),
    name: "django_rawsql_used",
    function: "django_rawsql_used",
    confidence: Confidence::Medium,
    on: On::Call(Callee::Named(&["RawSQL"]), run),
};

fn run(context: &Context<'_, '_>, call: &Call<'_, '_>) -> Option<Found> {
    if !context.imports.like("django.db.models") {
        return None;
    }
    let by_name = || {
        let mut keywords = call.keywords().iter().rev();
        let keyword = keywords.find(|keyword| keyword.arg.as_deref() == Some("sql"));
        keyword.map(|keyword| &keyword.value)
    };
    let sql = call.args().first().or_else(by_name)?;
    (!sql.is_string_literal_expr())
        .then(|| Found::new("`RawSQL` takes text as it is: keep it fixed and pass parameters"))
}
