//! A patch says what the commit says that it was made of.

use gate_hook::git;
use gate_hook::input::Content;

use super::BACKENDS;
use super::sample::Sample;

/// Returns the lines of a patch's new sides that its old sides lack, and the paths.
fn added(patch: &[u8]) -> Vec<String> {
    let change = git::patch(patch).unwrap();
    let text = |content: &Option<Content>| match content {
        Some(Content::Inline { bytes, .. }) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    };
    let mut found = Vec::new();
    for file in &change.files {
        let old = text(&file.old[0]);
        let new = text(&file.new);
        let lines = new
            .lines()
            .filter(|line| !old.lines().any(|other| other == *line));
        found.extend(lines.map(|line| format!("{}: {line}", file.path)));
    }
    found
}

#[test]
fn whatever_form_git_gives_a_patch_it_reads_the_same() {
    let sample = Sample::new();
    sample.stage("plain", "a\nb\nc\n");
    sample.stage("dir/with space", "x\n");
    sample.stage("moved", "1\n2\n3\n4\n5\n6\n7\n8\n");
    sample.stage("deleted", "gone\n");
    sample.commit("first");
    sample.stage("plain", "a\nb2\nc\nd");
    sample.stage("dir/with space", "x\ny\n");
    sample.git(&["mv", "moved", "moved here"]);
    sample.stage("moved here", "1\n2\n3\n4\nfive\n6\n7\n8\n");
    sample.git(&["rm", "-q", "deleted"]);
    sample.stage("umläut\n\"q\"", "new\n");
    sample.commit("second\n\n--- not a file\nbody");
    let expected = [
        "dir/with space: y",
        "moved here: five",
        "plain: b2",
        "plain: d",
        "umläut\\n\"q\": new",
    ];
    let forms: &[&[&str]] = &[
        &["diff", "HEAD~", "HEAD"],
        &["-c", "diff.noprefix=true", "diff", "HEAD~", "HEAD"],
        &[
            "-c",
            "diff.mnemonicPrefix=true",
            "diff",
            "--cached",
            "HEAD~",
        ],
        &["-c", "core.quotePath=false", "diff", "-U0", "HEAD~", "HEAD"],
        &[
            "diff",
            "-M",
            "--full-index",
            "--patch-with-stat",
            "HEAD~",
            "HEAD",
        ],
        &["format-patch", "--stdout", "HEAD~"],
        &["log", "-p", "-M", "-1"],
        &["show", "HEAD"],
        &["show", "--no-renames", "--format=email", "HEAD"],
    ];
    for form in forms {
        let patch = sample.run(&sample.root, form, b"");
        let mut found = added(&patch);
        found.retain(|line| !line.starts_with("moved here: ") || line.ends_with("five"));
        assert_eq!(found, expected, "{form:?}");
    }
    let mail =
        git::patch(&sample.run(&sample.root, &["format-patch", "--stdout", "HEAD~"], b"")).unwrap();
    let message = String::from_utf8_lossy(&mail.texts[0].bytes).into_owned();
    assert!(
        message.contains("second") && message.contains("body"),
        "{message}"
    );
    assert_eq!(mail.texts.len(), 1);
    for backend in BACKENDS {
        assert!(sample.committed(backend, &sample.id("HEAD")).len() >= 5);
    }
}

#[test]
fn a_binary_file_in_a_patch_is_named() {
    let sample = Sample::new();
    sample.write("image", b"\0\x01\x02");
    sample.stage("text", "t\n");
    sample.git(&["add", "-A"]);
    for form in [&["diff", "--cached"][..], &["diff", "--cached", "--binary"]] {
        let change = git::patch(&sample.run(&sample.root, form, b"")).unwrap();
        assert_eq!(change.unread.len(), 1, "{form:?}");
        assert_eq!(change.unread[0].0.to_string(), "image");
        assert_eq!(change.files.len(), 1);
    }
}
