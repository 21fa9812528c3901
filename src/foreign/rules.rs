//! Rules of other tools. Findings point at rules that live as long as the process, so each is made once a run.

use std::collections::HashMap;

use crate::finding::{Category, Engine, Severity, printable};
use crate::rule::RuleMeta;

/// What another tool says about a rule.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    pub(super) title: String,
    pub(super) page: String,
    pub(super) reference: Option<String>,
    pub(super) cwe: Option<u16>,
}

/// The rules that were made so far, by tool and id.
#[derive(Default)]
pub(super) struct Rules {
    made: HashMap<(String, String), &'static RuleMeta>,
}

impl Rules {
    /// Returns the rule of a tool, made out of what it says where it is not there yet.
    pub(super) fn rule(
        &mut self,
        tool: &str,
        id: &str,
        category: Category,
        severity: Severity,
        said: &Said,
    ) -> &'static RuleMeta {
        let key = (tool.to_owned(), id.to_owned());
        self.made.entry(key).or_insert_with(|| {
            let title = if said.title.trim().is_empty() {
                id
            } else {
                said.title.trim()
            };
            let reference = said
                .reference
                .as_deref()
                .filter(|address| address.starts_with("https://"));
            let references: Vec<&'static str> = reference.map(keep).into_iter().collect();
            let page = format!("{}\n\nReported by {tool}.", said.page.trim());
            Box::leak(Box::new(RuleMeta {
                id: keep(id),
                title: keep(title),
                engine: engine(category),
                category,
                severity,
                since: "",
                page: keep_lines(&page),
                references: Box::leak(references.into_boxed_slice()),
                cwe: said.cwe,
            }))
        })
    }
}

/// Returns the engine whose thresholds judge a category.
pub(super) fn engine(category: Category) -> Engine {
    match category {
        Category::Credential | Category::Keyword => Engine::Secrets,
        Category::Code => Engine::Bandit,
        Category::Dependency | Category::Unpinned => Engine::Audit,
    }
}

fn keep(text: &str) -> &'static str {
    String::leak(printable(text))
}

fn keep_lines(text: &str) -> &'static str {
    let lines: Vec<String> = text.trim().lines().map(printable).collect();
    String::leak(lines.join("\n"))
}
