//! Every rule of every engine, by id.

use crate::rule::RuleMeta;

/// Returns every built-in rule, sorted by id.
pub fn rules() -> Vec<&'static RuleMeta> {
    let mut rules = crate::bandit::catalog();
    rules.extend(crate::secrets::catalog());
    rules.extend(crate::audit::catalog());
    rules.sort_by_key(|rule| rule.id);
    rules
}
