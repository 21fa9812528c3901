//! Taking the gate in where other checks and old findings are there already: thresholds and the baseline.

use crate::support::{Repo, leak};

const BASELINE: &str = "docs/governance/security-baseline.txt";

const WORKFLOW: &str = "\
jobs:
  security:
    steps:
      - run: bandit -r backend --severity-level medium -s B101
      - run: pip-audit -r backend/requirements.txt --ignore-vuln PYSEC-2099-1
";

#[test]
fn init_writes_what_ci_stops_at() {
    let repo = Repo::unborn(&[]);
    repo.write(".github/workflows/ci.yml", WORKFLOW);
    let said = repo.gate(&["init"]).ok().text();
    let policy = std::fs::read_to_string(repo.root.join("gate-hook.toml")).unwrap();
    for line in ["medium = \"block\"", "low = \"info\"", "low = \"block\""] {
        assert!(
            policy.lines().any(|found| found.starts_with(line)),
            "{policy}"
        );
    }
    assert!(
        policy.contains("# as .github/workflows/ci.yml:4"),
        "{policy}"
    );
    assert!(said.contains("leaves out B101"), "{said}");
    assert!(said.contains("PYSEC-2099-1"), "{said}");
    repo.gate(&["policy", "check"]).ok();
}

/// A GitHub workflow with a folded command, a directory of its own and a job that never fails.
const FOLDED: &str = "\
on:
  pull_request:
jobs:
  bandit:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: Install
        run: |
          pip install \"bandit[toml]==1.7.9\" pip-audit
      - name: Bandit
        working-directory: backend
        run: |
          bandit -r . \\
            -c pyproject.toml \\
            --severity-level medium \\
            -f json -o bandit.json
      - name: pip-audit
        run: >-
          pip-audit -r backend/requirements.txt
          --ignore-vuln PYSEC-2099-1
          --ignore-vuln PYSEC-2099-2
      - name: Secrets
        run: git diff origin/main | grep -iE \"api_key|password\" && exit 1 || true
";

/// A GitLab file whose options stand in variables, one of them outside.
const VARIABLES: &str = "\
variables:
  BANDIT_ARGS: \"-ll -ii\"
bandit:
  stage: security
  script:
    - pip install bandit
    - bandit -r app/ $BANDIT_ARGS -x app/tests
    - bandit -r \"$SOURCES\" $MORE_ARGS -lll
safety:
  allow_failure: true
  script:
    - safety check -r requirements.txt --ignore 70612 --ignore 51457
";

#[test]
fn a_github_workflow_is_read_as_github_runs_it() {
    let repo = Repo::unborn(&[]);
    repo.write(".github/workflows/security.yml", FOLDED);
    let said = repo.gate(&["init"]).ok().flat();
    let policy = std::fs::read_to_string(repo.root.join("gate-hook.toml")).unwrap();
    for line in [
        "high = \"block\"",
        "medium = \"block\"",
        "low = \"info\"",
        "config = \"backend/pyproject.toml\"",
        "low = \"block\"",
    ] {
        assert!(
            policy.lines().any(|found| found.starts_with(line)),
            "{line}\n{policy}"
        );
    }
    assert!(
        said.contains("security.yml:20 ignores PYSEC-2099-1, PYSEC-2099-2"),
        "{said}"
    );
    assert!(!said.contains("Secrets"), "{said}");
    repo.gate(&["policy", "check"]).ok();
    // What drifts afterwards is said by doctor and by ci.
    let looser = policy.replacen("medium = \"block\"", "medium = \"warn\"", 1);
    repo.write("gate-hook.toml", looser);
    let doctor = repo.gate(&["doctor"]).flat();
    assert!(doctor.contains("looser than CI"), "{doctor}");
}

#[test]
fn a_gitlab_file_is_read_with_its_variables_and_what_is_not_known_is_said() {
    let repo = Repo::unborn(&[]);
    repo.write(".gitlab-ci.yml", VARIABLES);
    let said = repo.gate(&["init"]).ok().flat();
    let policy = std::fs::read_to_string(repo.root.join("gate-hook.toml")).unwrap();
    for line in [
        "medium = \"block\"         # as .gitlab-ci.yml:7",
        "low = \"info\"            # as .gitlab-ci.yml:7",
        "min_confidence = \"medium\"",
        "critical = \"warn\"",
    ] {
        let line: Vec<&str> = line.split_whitespace().collect();
        let found = policy.lines().any(|found| {
            let found: Vec<&str> = found.split_whitespace().collect();
            found.starts_with(&line)
        });
        assert!(found, "{line:?}\n{policy}");
    }
    assert!(
        said.contains(".gitlab-ci.yml:8 takes options from $MORE_ARGS"),
        "{said}"
    );
    assert!(!said.contains("SOURCES"), "{said}");
    assert!(
        said.contains("70612, 51457") && said.contains("never fails its job"),
        "{said}"
    );
}

#[test]
fn a_profile_that_is_asked_for_is_kept_and_its_drift_is_said() {
    let repo = Repo::unborn(&[]);
    repo.write("tox.ini", "[testenv:lint]\ncommands = bandit -r src -lll\n");
    let said = repo.gate(&["init", "--profile", "strict"]).ok().text();
    assert!(said.contains("stricter than CI"), "{said}");
    repo.install();
    let said = repo.gate(&["doctor"]).text();
    assert!(
        said.contains("thresholds") && said.contains("tox.ini:2"),
        "{said}"
    );
}

#[test]
fn ci_says_how_the_policy_drifts_from_other_checks() {
    let repo = Repo::new();
    repo.commit_unscanned(".github/workflows/ci.yml", WORKFLOW);
    repo.commit_unscanned("a", "1\n");
    let said = repo.gate(&["ci", "--base", "HEAD^"]).ok().text();
    assert!(said.contains("looser than CI"), "{said}");
}

/// Makes a repository with two old findings that a baseline lists.
fn with_baseline() -> Repo {
    let repo = Repo::new();
    repo.commit_unscanned("one.py", leak(1));
    repo.commit_unscanned("two.py", leak(2));
    repo.gate(&["ci", "--full"]).blocked();
    repo.gate(&["baseline", "create"]).ok();
    repo.git(&["add", "."]).ok();
    repo.commit().ok();
    repo
}

#[test]
fn what_the_baseline_lists_does_not_stop_everything() {
    let repo = with_baseline();
    let full = repo.gate(&["ci", "--full"]).ok();
    assert!(full.stdout.contains("existing findings"), "{}", full.text());
    assert!(repo.gate(&["baseline", "create"]).code == 2);
    // A copy of a listed finding is one more than is listed.
    repo.commit_unscanned("copy.py", leak(1));
    repo.gate(&["ci", "--full"]).blocked();
    repo.gate(&["ci", "--base", "HEAD^"]).blocked();
}

#[test]
fn the_baseline_only_shrinks() {
    let repo = with_baseline();
    let listed = std::fs::read_to_string(repo.root.join(BASELINE)).unwrap();
    repo.commit_unscanned("one.py", "x = 1\n");
    repo.commit_unscanned("three.py", leak(3));
    let said = repo.gate(&["baseline", "update"]).ok().text();
    assert!(said.contains("took out 1 finding, 1 left"), "{said}");
    assert!(said.contains("1 finding is not in it"), "{said}");
    repo.gate(&["baseline", "check"]).ok();
    repo.git(&["add", "."]).ok();
    repo.commit().ok();
    // Putting an entry back is refused, in the hook and in CI.
    repo.stage(BASELINE, &listed);
    assert_eq!(repo.gate(&["baseline", "check"]).code, 1);
    let hook = repo.commit();
    assert_ne!(hook.code, 0, "{}", hook.text());
    assert!(hook.text().contains("may only shrink"), "{}", hook.text());
    repo.commit_unscanned(BASELINE, &listed);
    assert_eq!(repo.gate(&["ci", "--base", "HEAD^"]).code, 2);
}

#[test]
fn a_broken_baseline_is_refused_with_its_line() {
    let repo = with_baseline();
    repo.stage(BASELINE, "# fine\nsome words\n");
    let hook = repo.commit();
    assert_ne!(hook.code, 0);
    assert!(
        hook.text().contains(&format!("{BASELINE}:2:1")),
        "{}",
        hook.text()
    );
}
