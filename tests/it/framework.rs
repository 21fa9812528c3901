//! The hooks under the pre-commit framework, which builds the program itself.

use std::path::Path;

use crate::support::{Repo, full, leak, token};

/// Building takes minutes, so this belongs to the full run.
#[test]
fn the_pre_commit_framework_stops_a_leak_in_each_stage() {
    let framework = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/oracles/bin/pre-commit");
    if !full() || !framework.exists() {
        println!("left out: it belongs to `./test.sh --full`");
        return;
    }
    let project = env!("CARGO_MANIFEST_DIR");
    let mut repo = Repo::unborn(&[]);
    let cargo = Path::new(env!("CARGO"));
    let path = format!(
        "{}:{}:/usr/local/bin:/usr/bin:/bin",
        cargo.parent().unwrap().display(),
        framework.parent().unwrap().display()
    );
    let target = format!("{project}/target");
    repo.env.push(("PATH".to_owned(), path));
    repo.env.push(("CARGO_HOME".to_owned(), cargo_home()));
    // What is built already need not be built again.
    repo.env.push(("CARGO_TARGET_DIR".to_owned(), target));
    // What is staged here counts, so that a change can be tried before it is committed.
    let copy = repo.home().join("gate-hook");
    std::fs::create_dir(&copy).unwrap();
    repo.git_in(
        Path::new(project),
        &[
            "checkout-index",
            "-a",
            &format!("--prefix={}/", copy.display()),
        ],
    )
    .ok();
    for arguments in [
        &["init", "-q"][..],
        &["add", "-A"],
        &["commit", "-qm", "the project"],
    ] {
        repo.git_in(&copy, arguments).ok();
    }
    let revision = repo.git_in(&copy, &["rev-parse", "HEAD"]).ok().stdout;
    let config = format!(
        "repos:\n- repo: {}\n  rev: {}  hooks: [{{id: gate-hook}}, {{id: gate-hook-message}}, {{id: gate-hook-push}}]\n",
        copy.display(),
        revision
    );
    repo.stage(".pre-commit-config.yaml", config);
    let stages = ["pre-commit", "commit-msg", "pre-push", "pre-merge-commit"];
    let mut install = vec!["install", "--install-hooks"];
    for stage in stages {
        install.extend(["-t", stage]);
    }
    repo.feed("pre-commit", &install, b"").ok();
    repo.commit().ok();

    repo.stage("app.py", leak(1));
    repo.commit().blocked();
    repo.stage("app.py", "x = 1\n");
    let message = format!("use {}", token(2));
    repo.git(&["commit", "-qm", &message]).blocked();
    repo.commit().ok();

    repo.git(&["checkout", "-qb", "side"]).ok();
    repo.commit_unscanned("side.py", leak(3));
    repo.git(&["checkout", "-q", "main"]).ok();
    repo.git(&["merge", "-q", "--no-ff", "-m", "merge", "side"])
        .blocked();
    repo.git(&["merge", "--abort"]).ok();

    let remote = repo.home().join("remote");
    repo.git(&["init", "-q", "--bare", remote.to_str().unwrap()])
        .ok();
    repo.git(&["remote", "add", "origin", remote.to_str().unwrap()])
        .ok();
    repo.git(&["push", "-q", "origin", "main"]).ok();
    repo.git(&["push", "-q", "origin", "side"]).blocked();
}

/// Returns where cargo keeps what it has downloaded.
#[expect(
    clippy::disallowed_methods,
    reason = "cargo is run as whoever runs the tests runs it"
)]
fn cargo_home() -> String {
    let variable = |name| std::env::var(name).ok();
    variable("CARGO_HOME")
        .or_else(|| Some(format!("{}/.cargo", variable("HOME")?)))
        .unwrap_or_default()
}
