//! The table that pip-audit shows to people.

use unicode_width::UnicodeWidthStr as _;

use super::{Entry, Show, rows, skipped};

pub(super) fn render(entries: &[Entry], show: Show) -> String {
    let mut lines = Vec::new();
    let found = rows(entries, show, &|text, _| text.to_owned());
    if found.len() > 1 {
        lines.extend(table(&found));
    }
    let mut left_out: Vec<Vec<String>> = skipped(entries)
        .map(|(entry, reason)| vec![entry.name.clone(), reason.to_owned()])
        .collect();
    if !left_out.is_empty() {
        left_out.insert(0, vec!["Name".to_owned(), "Skip Reason".to_owned()]);
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(table(&left_out));
    }
    lines.join("\n")
}

fn table(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        rows.iter()
            .map(|row| row[column].width())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut lines: Vec<String> = rows.iter().map(|row| line(row, &widths)).collect();
    let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
    lines.insert(1, rule.join(" "));
    lines
}

fn line(row: &[String], widths: &[usize]) -> String {
    let padded = row.iter().zip(widths).map(|(cell, width)| {
        let spaces = width - cell.width();
        format!("{cell}{}", " ".repeat(spaces))
    });
    padded.collect::<Vec<_>>().join(" ").trim_end().to_owned()
}
