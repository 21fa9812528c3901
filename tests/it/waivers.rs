//! Waivers: the register is read strictly, only what is approved, dated and proven counts, and git carries it
//! through everything.

mod decisions;
mod import;
mod kept;
mod malformed;
mod proof;
mod review;
mod settings;
mod survival;
mod usage;

/// The block of a good waiver.
const BLOCK: &str = r#"finding = { engine = "audit", id = "GHSA-1", package = "jinja2" }
severity = "high"
reason = "not-exploitable"
mitigation = "templates are not user supplied"
requested = { by = "alice", on = 2026-11-22 }
approved = [
  { by = "bob", role = "security-team", on = 2026-11-23 },
  { by = "carol", on = 2026-11-23 },
]
expires = 2026-12-20
"#;
/// The prose of a good waiver.
const RATIONALE: &str = "The template engine renders only templates that ship with the program.";

/// Returns the section of a good waiver.
fn section(id: &str) -> String {
    format!("## {id}: the sandbox escape\n\n```toml\nid = \"{id}\"\n{BLOCK}```\n\n{RATIONALE}\n\n")
}
