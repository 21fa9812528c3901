//! What a push brings: several references, tags of every kind, deletions, what the remote has.

use gate_hook::finding::Place;
use gate_hook::git::{self, GitError, History, Pushed, Selection};
use gate_hook::input::ObjectId;

use super::BACKENDS;
use super::sample::{Sample, tell};

const ZERO: &str = "0000000000000000000000000000000000000000";

/// A repository whose remote `origin` has the first of three commits; returns the three.
fn with_remote() -> (Sample, [ObjectId; 3]) {
    let sample = Sample::new();
    let commits = ["1", "2", "3"].map(|content| {
        sample.stage("a", content);
        sample.commit(content)
    });
    sample.git(&[
        "update-ref",
        "refs/remotes/origin/main",
        &commits[0].to_string(),
    ]);
    sample.git(&[
        "update-ref",
        "refs/remotes/elsewhere/main",
        &commits[1].to_string(),
    ]);
    (sample, commits)
}

/// Reads a push with both backends, which have to agree.
#[track_caller]
fn pushed(sample: &Sample, remote: &str, lines: &[String]) -> Pushed {
    let stdin = lines.concat();
    let [first, second] = BACKENDS
        .map(|backend| git::pushed(&*sample.open(backend), remote, stdin.as_bytes()).unwrap());
    assert_eq!(first, second);
    first
}

#[expect(clippy::needless_pass_by_value, reason = "the calls read better")]
fn line(new: impl ToString, name: &str, old: impl ToString) -> String {
    format!("{name} {} {name} {}\n", new.to_string(), old.to_string())
}

fn texts(pushed: &Pushed) -> Vec<String> {
    pushed
        .other
        .texts
        .iter()
        .map(|text| {
            format!(
                "{}: {}",
                text.place,
                String::from_utf8_lossy(&text.bytes).trim()
            )
        })
        .collect()
}

#[test]
fn a_push_brings_what_this_remote_does_not_have() {
    let (sample, [one, two, three]) = with_remote();
    let update = pushed(&sample, "origin", &[line(three, "refs/heads/main", one)]);
    assert_eq!((update.commits, update.base), (vec![two, three], Some(one)));
    assert_eq!(update.other.texts, []);
    let new = pushed(&sample, "origin", &[line(three, "refs/heads/topic", ZERO)]);
    assert_eq!((&new.commits, new.base), (&vec![two, three], Some(one)));
    assert_eq!(texts(&new), ["ref name topic: topic"]);
    let elsewhere = pushed(
        &sample,
        "elsewhere",
        &[line(three, "refs/heads/main", ZERO)],
    );
    assert_eq!(
        (elsewhere.commits, elsewhere.base),
        (vec![three], Some(two))
    );
    let address = pushed(
        &sample,
        "https://example.org/x.git",
        &[line(three, "refs/heads/main", ZERO)],
    );
    assert_eq!(
        (address.commits, address.base),
        (vec![one, two, three], None)
    );
    let known = pushed(
        &sample,
        "https://example.org/x.git",
        &[line(three, "refs/heads/main", two)],
    );
    assert_eq!((known.commits, known.base), (vec![three], Some(two)));
}

#[test]
fn every_line_counts_and_deletions_bring_nothing() {
    let (sample, [one, two, three]) = with_remote();
    sample.git(&["checkout", "-q", "--orphan", "second"]);
    let other = sample.commit("another root");
    let lines = [
        line(two, "refs/heads/a", one),
        line(ZERO, "refs/heads/gone", three),
        line(other, "refs/heads/b", ZERO),
    ];
    let found = pushed(&sample, "https://example.org/x.git", &lines);
    // The reference that goes was on the remote, and so is all that it reached.
    assert_eq!((found.commits, found.base), (vec![other], Some(one)));
    let deletion = pushed(&sample, "origin", &[line(ZERO, "refs/heads/gone", three)]);
    assert_eq!((deletion.commits, deletion.other.texts), (vec![], vec![]));
    assert_eq!(pushed(&sample, "origin", &[]).commits, []);
}

#[test]
fn an_unknown_remote_tip_is_said() {
    let (sample, [one, two, three]) = with_remote();
    let found = pushed(
        &sample,
        "origin",
        &[line(three, "refs/heads/main", "1".repeat(40))],
    );
    assert_eq!((found.commits, found.base), (vec![two, three], Some(one)));
    assert_eq!(
        found.notes,
        ["the remote's `refs/heads/main` is at 1111111111, which is not here"]
    );
}

#[test]
fn tags_of_every_kind_are_peeled_and_their_messages_read() {
    let (sample, [_, two, _]) = with_remote();
    sample.git(&["tag", "light", &two.to_string()]);
    sample.git(&["tag", "-a", "-m", "inner text", "inner", &two.to_string()]);
    sample.git(&["tag", "-a", "-m", "outer text", "outer", "inner"]);
    let blob = sample.id("HEAD:a");
    sample.git(&["tag", "-a", "-m", "of a blob", "blob", &blob.to_string()]);
    let tree = sample.id("HEAD^{tree}");
    for name in ["light", "outer", "inner", "blob"] {
        let found = pushed(
            &sample,
            "origin",
            &[line(sample.id(name), &format!("refs/tags/{name}"), ZERO)],
        );
        let commits = if name == "blob" { vec![] } else { vec![two] };
        assert_eq!(found.commits, commits, "{name}");
        let expected: &[&str] = match name {
            "light" => &["ref name light: light"],
            "outer" => &[
                "ref name outer: outer",
                "message of tag outer: outer text",
                "message of tag inner: inner text",
            ],
            "inner" => &["ref name inner: inner", "message of tag inner: inner text"],
            _ => &["ref name blob: blob", "message of tag blob: of a blob"],
        };
        assert_eq!(texts(&found), expected);
    }
    let repository = sample.open(None);
    let lines = [
        line(sample.id("blob"), "refs/tags/blob", ZERO),
        line(tree, "refs/trees/x", ZERO),
    ];
    let found = pushed(&sample, "origin", &lines);
    assert_eq!(
        tell(&*repository, &found.other),
        ["refs/tags/blob: 3 <- ", "refs/trees/x/a: 3 <- "]
    );
}

#[test]
fn a_malformed_line_is_an_error() {
    let (sample, [one, ..]) = with_remote();
    for backend in BACKENDS {
        let repository = sample.open(backend);
        for text in ["x\n", &format!("a {one} b\n"), &format!("a {one} b xyz\n")] {
            let refused = git::pushed(&*repository, "origin", text.as_bytes());
            assert!(matches!(refused, Err(GitError::Malformed(_))), "{text:?}");
        }
        let missing = line("2".repeat(40), "refs/heads/x", ZERO);
        assert!(matches!(
            git::pushed(&*repository, "origin", missing.as_bytes()),
            Err(GitError::Missing(_))
        ));
    }
}

#[test]
fn a_server_knows_what_its_references_hold() {
    let (sample, [one, two, three]) = with_remote();
    sample.git(&["update-ref", "refs/heads/main", &one.to_string()]);
    sample.git(&["update-ref", "-d", "refs/remotes/elsewhere/main"]);
    for backend in BACKENDS {
        let repository = sample.open(backend);
        let received = |text: String| git::received(&*repository, text.as_bytes()).unwrap();
        let found = received(format!(
            "{one} {three} refs/heads/main\n{ZERO} {two} refs/heads/new\n{two} {ZERO} refs/heads/old\n"
        ));
        assert_eq!((&found.commits, found.base), (&vec![three], Some(one)));
        assert_eq!(texts(&found), ["ref name new: new"]);
        let new = received(format!("{ZERO} {three} refs/heads/new"));
        assert_eq!((new.commits, new.base), (vec![two, three], Some(one)));
        assert!(git::received(&*repository, b"a b").is_err());
    }
}

#[test]
fn history_is_all_that_any_reference_holds() {
    let (sample, [one, two, three]) = with_remote();
    sample.git(&["tag", "-a", "-m", "tag text", "v1"]);
    sample.git(&["notes", "add", "-m", "a note"]);
    sample.write("a", "stashed");
    sample.git(&["stash", "-q"]);
    sample.git(&["checkout", "-q", "--detach"]);
    let detached = sample.commit("only HEAD holds this");
    let histories = BACKENDS.map(|backend| {
        let all = Selection::default();
        History::of(&*sample.open(backend), &all, &mut |_, _| {}).unwrap()
    });
    let found = &histories[0];
    assert_eq!(found.commits, histories[1].commits);
    assert_eq!(found.files, histories[1].files);
    assert_eq!(found.other, histories[1].other);
    for id in [
        one,
        two,
        three,
        detached,
        sample.id("refs/notes/commits"),
        sample.id("refs/stash"),
    ] {
        assert!(found.commits.contains(&id), "{id}");
    }
    assert!(
        found
            .other
            .texts
            .iter()
            .any(|text| text.place == Place::TagMessage("v1".to_owned()))
    );
    let main = Place::RefName("main".to_owned());
    assert!(found.other.texts.iter().any(|text| text.place == main));
}
