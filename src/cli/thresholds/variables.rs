//! The variables that a file gives itself a value for, put in where its commands use them.

use std::collections::BTreeMap;

/// The variables of a file that have one value in all of it.
pub(super) struct Variables<'t> {
    values: BTreeMap<&'t str, Option<&'t str>>,
}

impl<'t> Variables<'t> {
    /// Reads `NAME: value` and `NAME=value`, as YAML and shells have them.
    pub(super) fn of(text: &'t str) -> Self {
        let mut values: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for (name, value) in text.lines().filter_map(assignment) {
            values
                .entry(name)
                .and_modify(|known| *known = known.filter(|known| *known == value))
                .or_insert(Some(value));
        }
        Self { values }
    }

    /// Returns a command with the values that are known.
    pub(super) fn put_into(&self, command: &str) -> String {
        let mut command = command.to_owned();
        // The longest first: `$A` is not the beginning of `$AB`.
        for (name, value) in self.values.iter().rev() {
            if let Some(value) = value.filter(|_| command.contains('$')) {
                for use_of in [
                    format!("${{{{ env.{name} }}}}"),
                    format!("${{{name}}}"),
                    format!("${name}"),
                ] {
                    command = command.replace(&use_of, value);
                }
            }
        }
        command
    }
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim().trim_start_matches("- ");
    let line = line.strip_prefix("export ").unwrap_or(line);
    let end = line.find(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_'))?;
    let (name, rest) = line.split_at(end);
    let value = rest.strip_prefix('=').or_else(|| rest.strip_prefix(": "))?;
    let is_name = name.starts_with(|c: char| c.is_ascii_uppercase());
    is_name.then(|| (name, value.trim().trim_matches(['"', '\''])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_with_one_value_is_put_in() {
        let text =
            "variables:\n  LEVEL: \"-ll\"\n  LEVELS: -l\nexport SRC='app'\nTWICE=a\nTWICE=b\n";
        let variables = Variables::of(text);
        assert_eq!(
            variables.put_into("bandit $LEVEL $LEVELS ${SRC} ${{ env.SRC }} $TWICE $OTHER"),
            "bandit -ll -l app app $TWICE $OTHER"
        );
    }
}
