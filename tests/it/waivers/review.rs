//! The walk through what waits for a review: plain keys, left and taken up again.

use gate_hook::policy::parse_register;

use crate::support::{PROGRAM, Repo};

#[test]
fn findings_are_walked_through_and_the_walk_can_be_resumed() {
    let repo = Repo::new();
    let words = ["hunter2-Qm7", "tiger-pLk9x", "lion-8Wq2zR"];
    for (number, word) in words.iter().enumerate() {
        repo.commit_unscanned(
            &format!("src/a{number}.py"),
            format!("password = \"{word}\"\n"),
        );
    }
    let walk = |keys: &str| {
        repo.feed(PROGRAM, &["review", "--range", "HEAD~3.."], keys.as_bytes())
            .ok()
    };
    let first = walk("x\nf\nshort\nseen in the manual of the vendor, chapter 2\nq\n");
    assert!(
        first.stdout.contains("1 of 3") && first.stdout.contains("2 of 3"),
        "{}",
        first.text()
    );
    assert!(!first.stdout.contains("3 of 3"), "{}", first.stdout);
    assert!(
        first.stderr.contains("says nothing") || first.stderr.contains("shorter"),
        "{}",
        first.stderr
    );
    assert!(
        first.stderr.contains("2 of 3 still open"),
        "{}",
        first.stderr
    );
    for word in words {
        assert!(!first.text().contains(word), "{}", first.text());
    }
    let text = std::fs::read_to_string(repo.root.join(super::survival::REGISTER)).unwrap();
    assert_eq!(parse_register("r.md", &text).unwrap().waivers.len(), 1);
    // The next walk begins with what is left; the end of the input ends it.
    let second = walk("r\nt\nmade up by us for the tests of the login form\n");
    assert!(
        second.stdout.contains("1 of 2") && !second.stdout.contains("of 3"),
        "{}",
        second.stdout
    );
    assert!(second.stderr.contains("it stays open"), "{}", second.stderr);
    let third = walk("");
    assert!(third.stdout.contains("1 of 1"), "{}", third.stdout);
    // What has ended waits again, and is renewed in its place.
    assert!(third.stdout.contains("[q]uit"), "{}", third.stdout);
    let later = ["review", "--range", "HEAD~3..", "--as-of", "2099-01-01"];
    let keys = b"f\nasked the vendor again, who never issued it\n";
    let fourth = repo.feed(PROGRAM, &later, keys).ok();
    assert!(fourth.stdout.contains("1 of 3"), "{}", fourth.text());
    let text = std::fs::read_to_string(repo.root.join(super::survival::REGISTER)).unwrap();
    let register = parse_register("r.md", &text).unwrap();
    let days: Vec<i16> = register
        .waivers
        .iter()
        .map(|waiver| waiver.requested.on.year())
        .collect();
    assert_eq!(days.len(), 2, "{text}");
    assert_eq!(
        days.iter().filter(|year| **year == 2099).count(),
        1,
        "{text}"
    );
}
