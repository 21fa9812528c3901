use super::*;

fn finding(filename: &str, line: u32) -> Finding {
    Finding {
        filename: filename.to_owned(),
        test_id: "B101".to_owned(),
        test_name: "assert_used".to_owned(),
        severity: Level::Low,
        confidence: Level::High,
        cwe: 703,
        text: "an \"é\" <b>".to_owned(),
        line_number: line,
        line_range: vec![line, line + 1],
        col_offset: 0,
        end_col_offset: 8,
        more_info: "https://example.org/b101".to_owned(),
        code: vec![
            (line, "assert (\n".to_owned()),
            (line + 1, "  '<😀>')\n".to_owned()),
        ],
        candidates: Vec::new(),
    }
}

fn document(findings: Vec<Finding>) -> Document {
    let counts = Counts {
        loc: 2,
        nosec: 1,
        skipped_tests: 0,
        levels: Some([[0, 1, 0, 0], [0, 0, 0, 1]]),
    };
    Document {
        generated_at: "2026-01-02T03:04:05.678901Z".parse().unwrap(),
        findings,
        skipped: vec![("<x>.py".to_owned(), "why & how".to_owned())],
        totals: counts,
        files: BTreeMap::from([
            ("a.py".to_owned(), counts),
            ("<x>.py".to_owned(), Counts::default()),
        ]),
        in_scope: vec!["a.py".to_owned()],
        left_out: vec!["b.py".to_owned()],
        by_test: false,
        verbose: true,
        quiet: false,
        current_directory: "/w".into(),
        template: Template::default(),
    }
}

fn text(format: Format, document: &Document) -> String {
    let mut out = Vec::new();
    format.render(document, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn text_has_the_layout_that_people_know() {
    assert_eq!(
        text(Format::Txt, &document(vec![finding("a.py", 1)])),
        "Run started:2026-01-02 03:04:05.678901+00:00\n\
         Files in scope (1):\n\ta.py (score: {SEVERITY: 3, CONFIDENCE: 10})\n\
         Files excluded (1):\n\tb.py\n\
         \nTest results:\n\
         >> Issue: [B101:assert_used] an \"é\" <b>\n   Severity: Low   Confidence: High\n   \
         CWE: CWE-703 (https://cwe.mitre.org/data/definitions/703.html)\n   \
         More Info: https://example.org/b101\n   Location: a.py:1:0\n\
         1\tassert (\n2\t  '<😀>')\n\n\
         --------------------------------------------------\n\
         \nCode scanned:\n\tTotal lines of code: 2\n\tTotal lines skipped (#nosec): 1\n\
         \tTotal potential issues skipped due to specifically being disabled (e.g., #nosec BXXX): 0\n\
         \nRun metrics:\n\tTotal issues (by severity):\n\t\tUndefined: 0\n\t\tLow: 1\n\t\tMedium: 0\n\t\tHigh: 0\n\
         \tTotal issues (by confidence):\n\t\tUndefined: 0\n\t\tLow: 0\n\t\tMedium: 0\n\t\tHigh: 1\n\
         Files skipped (1):\n\t<x>.py (why & how)\n"
    );
}

#[test]
fn a_quiet_report_without_findings_is_no_text_at_all() {
    let quiet = Document {
        quiet: true,
        ..document(Vec::new())
    };
    assert_eq!(text(Format::Txt, &quiet), "");
    assert_eq!(text(Format::Screen, &quiet), "");
    assert!(text(Format::Json, &quiet).contains("\"results\": []"));
}

#[test]
fn json_is_ascii_with_sorted_keys() {
    let json = text(
        Format::Json,
        &document(vec![finding("b.py", 1), finding("a.py", 1)]),
    );
    assert!(json.is_ascii());
    assert!(
        json.contains(r#""code": "1 assert (\n2   '<\ud83d\ude00>')\n""#),
        "{json}"
    );
    assert!(
        json.contains("\"line_range\": [\n        1,\n        2\n      ]"),
        "{json}"
    );
    assert!(json.find("a.py\"").unwrap() < json.rfind("b.py\"").unwrap());
    assert!(json.contains("\"generated_at\": \"2026-01-02T03:04:05Z\""));
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["metrics"]["_totals"]["SEVERITY.LOW"], 1);
    assert_eq!(value["metrics"]["<x>.py"].as_object().unwrap().len(), 3);
}

#[test]
fn a_page_and_a_suite_hold_no_markup_from_outside() {
    let document = document(vec![finding("<a>.py", 1)]);
    let page = text(Format::Html, &document);
    for markup in ["<x>", "<a>.py", "<b>\"", "<😀>", "why & how", "an \""] {
        assert!(!page.contains(markup), "{markup}");
    }
    let hostile = Document {
        findings: vec![Finding {
            text: "\u{1}\u{1b}</error>".to_owned(),
            ..finding("a.py", 1)
        }],
        ..document
    };
    let suite = text(Format::Xml, &hostile);
    assert!(!suite.contains('\u{1}') && !suite.contains('\u{1b}'));
    assert_eq!(suite.matches("</error>").count(), 1);
}

#[test]
fn a_region_shows_the_line_it_starts_on() {
    let late = Finding {
        line_range: vec![2, 3],
        line_number: 3,
        code: vec![(2, "a\n".to_owned()), (3, "b\n".to_owned())],
        ..finding("a b.py", 3)
    };
    let bare = Finding {
        code: Vec::new(),
        line_range: vec![9],
        ..finding("c.py", 9)
    };
    let log: serde_json::Value =
        serde_json::from_str(&text(Format::Sarif, &document(vec![late, bare]))).unwrap();
    let place =
        |index: usize| &log["runs"][0]["results"][index]["locations"][0]["physicalLocation"];
    assert_eq!(place(0)["region"]["snippet"]["text"], "a\n");
    assert_eq!(place(0)["artifactLocation"]["uri"], "a%20b.py");
    assert_eq!(place(1)["region"]["endLine"], 9);
    assert!(place(1).get("contextRegion").is_none());
}

#[test]
fn candidates_are_shown_in_place_of_the_code() {
    let mut findings = vec![finding("a.py", 1), finding("a.py", 5)];
    findings[0].candidates = vec![0, 1];
    let text = text(Format::Txt, &document(findings));
    assert!(
        text.contains("   Location: a.py::\n\n-- Candidate Issues --\n          >> Issue:"),
        "{text}"
    );
    assert!(
        text.contains("          6\t  '<😀>')\n          \n\n\n-----"),
        "{text}"
    );
}

#[test]
fn yaml_says_what_json_says() {
    let yaml = text(Format::Yaml, &document(vec![finding("a.py", 1)]));
    assert!(
        yaml.contains("\n    code: \"1 assert (\\\\n2   '<\\U0001f600>')\\\\n\"\n"),
        "{yaml}"
    );
    assert!(
        yaml.contains("\n    line_range:\n      - 1\n      - 2\n"),
        "{yaml}"
    );
    assert!(
        yaml.starts_with("errors:\n  -\n    filename: \"<x>.py\"\n"),
        "{yaml}"
    );
}
