//! Every rule of every engine, by id.

use crate::rule::RuleMeta;

/// Returns every built-in rule, sorted by id.
pub fn rules() -> Vec<&'static RuleMeta> {
    crate::secrets::catalog()
}
