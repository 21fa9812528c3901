//! What other scanners were told, on its way into the policy file: each part is checked as the policy would check it,
//! then all of it is shown or written.

use std::path::Path;

use crate::cli::failure::Failure;
use crate::cli::{Context, authored, rulebook};
use crate::finding::printable;
use crate::policy::{self, Policy, PolicyText, Settings};
use crate::secrets;

/// What was gathered from several files.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    settings: Settings,
}

impl Gathered {
    /// Returns whether there is nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.settings.is_empty()
    }

    /// Takes what can be used, says why the rest cannot, and returns how much was taken.
    pub(super) fn take(&mut self, settings: Settings, left: &mut Vec<String>) -> usize {
        let mut taken = 0;
        for entry in settings.allowed {
            let parts = [entry.path.as_deref(), entry.value.as_deref()];
            let what = parts.into_iter().flatten().collect::<Vec<_>>().join(", ");
            match entry.fault() {
                Some(why) => left.push(format!(
                    "`{}`: {}",
                    policy::shown_in_part(&what),
                    policy::shown_in_part(&why)
                )),
                None if self.settings.allowed.contains(&entry) => {}
                None => {
                    taken += 1;
                    self.settings.allowed.push(entry);
                }
            }
        }
        for rule in settings.rules {
            let known = self.settings.rules.iter().any(|known| known.id == rule.id);
            match secrets::parse_rules(&rule.to_toml()) {
                Err(error) => {
                    let why = policy::shown_in_part(&error.message);
                    left.push(format!("rule {}: {why}", policy::shown_in_part(&rule.id)));
                }
                Ok(_) if known => {
                    let id = policy::shown_in_part(&rule.id);
                    left.push(format!("rule {id}: there is one of this id already"));
                }
                Ok(_) => {
                    taken += 1;
                    self.settings.rules.push(rule);
                }
            }
        }
        taken
    }

    /// Shows what would be added to the policy file, or adds it.
    pub(super) fn hand_over(
        &self,
        write: bool,
        root: &Path,
        context: &Context,
    ) -> Result<(), Failure> {
        let policy = rulebook::text_on_disk(root)?.unwrap_or_else(|| PolicyText {
            name: policy::FILE_NAME.to_owned(),
            text: String::new(),
            embedded: false,
        });
        let name = printable(&policy.name);
        let merged = self.settings.merged_into(&policy).map_err(|why| {
            Failure::configuration(format!("{name}: {why}"))
                .with_hint("without --write what was taken over is only shown")
        })?;
        Policy::parse(&PolicyText {
            text: merged.clone(),
            ..policy.clone()
        })?;
        let counted = |number: usize, what: &str| match number {
            1 => format!("1 {what}"),
            _ => format!("{number} {what}s"),
        };
        let settings = format!(
            "{} and {}",
            counted(self.settings.allowed.len(), "allowance"),
            counted(self.settings.rules.len(), "rule")
        );
        if !write {
            context.terminal.result(&self.settings.to_toml());
            context.terminal.say(&format!(
                "this would be added to {name}: {settings}\n  next: the same with `--write` adds it"
            ));
            return Ok(());
        }
        authored::write(root, &policy.name, &merged)?;
        authored::stage(context, root, &policy.name)?;
        context.terminal.say(&format!(
            "wrote and staged {name}: {settings} more\n  next: `git diff --cached {name}`; what it lets go holds from the next change on"
        ));
        Ok(())
    }
}
