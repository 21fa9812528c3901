//! The Markdown tables of pip-audit.

use super::{Entry, Show, rows, skipped};

pub(super) fn render(entries: &[Entry], show: Show) -> String {
    let found = rows(entries, show, &|text, url| format!("[{text}]({url})"));
    let mut out = String::new();
    if found.len() > 1 {
        out += &table(&found);
    }
    let mut left_out: Vec<Vec<String>> = skipped(entries)
        .map(|(entry, reason)| vec![entry.written.clone(), reason.to_owned()])
        .collect();
    if !left_out.is_empty() {
        left_out.insert(0, vec!["Name".to_owned(), "Skip Reason".to_owned()]);
        out += if out.is_empty() { "" } else { "\n" };
        out += &table(&left_out);
    }
    out
}

fn table(rows: &[Vec<String>]) -> String {
    let mut lines: Vec<String> = rows.iter().map(|row| row.join(" | ")).collect();
    lines.insert(1, vec!["---"; rows[0].len()].join(" | "));
    format!("\n{}", lines.join("\n"))
}
