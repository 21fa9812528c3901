//! `gate-hook waiver list`: the waivers and what they are worth today.

use super::{Desk, standings};
use crate::cli::failure::{Exit, Failure};
use crate::cli::{Context, text};
use crate::finding::printable;

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub(super) fn run(list: &List, context: &Context) -> Result<Exit, Failure> {
    let desk = Desk::open(context)?;
    let register = desk.register()?;
    let all = standings(&register, &desk.policies, context);
    if list.json {
        let rows: Vec<serde_json::Value> = all
            .iter()
            .map(|(waiver, standing)| {
                serde_json::json!({
                    "id": waiver.id,
                    "title": waiver.title,
                    "engine": waiver.finding.engine.name(),
                    "finding": waiver.finding.id,
                    "fingerprint": waiver.finding.fingerprint.map(|own| own.to_string()),
                    "severity": waiver.severity.name(),
                    "reason": waiver.reason.name(),
                    "expires": waiver.expires.to_string(),
                    "state": standing.name(),
                    "detail": standing.words(),
                    "line": waiver.line,
                })
            })
            .collect();
        let mut text = serde_json::to_string_pretty(&rows).expect("text is always JSON");
        text.push('\n');
        context.terminal.result(&text);
        return Ok(Exit::Passed);
    }
    let mut rows = vec![
        ["waiver", "state", "ends", "severity", "finding"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for (waiver, standing) in &all {
        rows.push(vec![
            waiver.id.clone(),
            standing.name().to_owned(),
            waiver.expires.to_string(),
            waiver.severity.name().to_owned(),
            printable(&format!("{}: {}", waiver.finding.id, waiver.title)),
        ]);
    }
    if all.is_empty() {
        context
            .terminal
            .say(&format!("no waivers in {}", printable(&desk.path)));
    } else {
        context
            .terminal
            .result(&text::table(&rows, context.terminal.width()));
    }
    Ok(Exit::Passed)
}
