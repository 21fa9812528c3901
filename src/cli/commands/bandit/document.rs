//! From what the engine says about files to what a report shows.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::bandit::{FileMetrics, Issue, REFERENCE, Test};
use crate::cli::Context;
use crate::finding::{Confidence, Severity};
use crate::report::bandit::{Counts, Document, Finding, Format, Level, Template};

use super::baseline::{self, Baseline, Quoting};
use super::job::Job;
use super::scan::Scanned;

/// Where the manual of the reference tool is.
const MANUAL: &str = "https://bandit.readthedocs.io/en";

/// Returns the document with the findings that are severe and sure enough.
pub(super) fn document(
    job: &Job,
    scanned: Vec<Scanned>,
    left_out: impl Iterator<Item = String>,
    baseline: Option<&Baseline>,
    context: &Context,
) -> Document {
    let mut findings: Vec<Quoting> = Vec::new();
    let mut document = Document {
        generated_at: context.environment.now(),
        findings: Vec::new(),
        skipped: Vec::new(),
        totals: Counts {
            levels: Some([[0; 4]; 2]),
            ..Counts::default()
        },
        files: BTreeMap::new(),
        in_scope: Vec::new(),
        left_out: left_out.collect(),
        by_test: job.by_test,
        verbose: job.verbose,
        quiet: job.quiet,
        current_directory: PathBuf::new(),
        template: Template::default(),
    };
    // Only such a report can become a baseline.
    let marks = job.format == Some(Format::Json);
    for Scanned { name, report } in scanned {
        let report = match report {
            Ok(report) => report,
            Err(reason) => {
                document.skipped.push((name, reason));
                continue;
            }
        };
        let counts = counts(&report.metrics);
        document.totals.add(&counts);
        document.files.insert(name.clone(), counts);
        if let Some(reason) = report.error {
            document.skipped.push((name, reason));
            continue;
        }
        let issues = report.issues.into_iter().filter(|issue| {
            severity(issue.severity) >= job.severity
                && confidence(issue.confidence) >= job.confidence
        });
        findings.extend(issues.map(|issue| finding(&name, issue, marks)));
        document.in_scope.push(name);
    }
    document.findings = match baseline {
        Some(baseline) => baseline.new_findings(findings),
        None => findings.into_iter().map(|(finding, _)| finding).collect(),
    };
    document
}

fn counts(metrics: &FileMetrics) -> Counts {
    Counts {
        loc: metrics.loc,
        nosec: metrics.nosec,
        skipped_tests: metrics.skipped_tests,
        levels: metrics
            .counts
            .map(|counts| [counts.severity, counts.confidence]),
    }
}

fn finding(filename: &str, issue: Issue, marks: bool) -> Quoting {
    let mut text = issue.text;
    if let Some(quote) = issue.quote.as_ref().filter(|_| marks) {
        text.push_str(&baseline::mark(quote));
    }
    let finding = Finding {
        filename: filename.to_owned(),
        test_id: issue.test.id().to_owned(),
        test_name: issue.test.function.to_owned(),
        severity: severity(issue.severity),
        confidence: confidence(issue.confidence),
        cwe: issue.test.meta.cwe.unwrap_or_default(),
        text,
        line_number: issue.line,
        line_range: issue.line_range.collect(),
        col_offset: i64::from(issue.col_offset),
        end_col_offset: i64::from(issue.end_col_offset),
        more_info: more_info(issue.test),
        code: issue
            .code
            .into_iter()
            .map(|line| (line.number, line.text))
            .collect(),
        candidates: Vec::new(),
    };
    (finding, issue.quote)
}

fn severity(severity: Severity) -> Level {
    match severity {
        Severity::Unknown => Level::Undefined,
        Severity::Low => Level::Low,
        Severity::Medium => Level::Medium,
        Severity::High | Severity::Critical => Level::High,
    }
}

fn confidence(confidence: Confidence) -> Level {
    match confidence {
        Confidence::Low => Level::Low,
        Confidence::Medium => Level::Medium,
        Confidence::High => Level::High,
    }
}

/// Returns the page of the reference tool's manual about a test.
fn more_info(test: &Test) -> String {
    let id = test.id().to_lowercase();
    if !test.is_list() {
        return format!("{MANUAL}/{REFERENCE}/plugins/{id}_{}.html", test.function);
    }
    let name = test.name.to_lowercase().replace('_', "-");
    let (page, anchor) = match test.id() {
        "B304" | "B305" => ("calls", "b304-b305-ciphers-and-modes".to_owned()),
        "B313" | "B314" | "B315" | "B316" | "B317" | "B318" | "B319" => {
            ("calls", format!("b313-b320-{name}"))
        }
        other if other.starts_with("B4") => ("imports", format!("{id}-{name}")),
        _ => ("calls", format!("{id}-{name}")),
    };
    format!("{MANUAL}/{REFERENCE}/blacklists/blacklist_{page}.html#{anchor}")
}
