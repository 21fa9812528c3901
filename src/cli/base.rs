//! Where a proposed change begins: told by the command line, by the CI system's own variables, or by the remote.
//!
//! Comes in: a way to read variables and files. Goes out: the revisions to try, best first, with the variable that
//! told them, and what to change in the system's checkout where history is missing.

/// A CI system, by the variables that it sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum System {
    GitHub,
    GitLab,
    Azure,
    Jenkins,
    Bitbucket,
    Woodpecker,
    Drone,
    /// A machine of one's own, or a system that says nothing about itself.
    Plain,
}

/// One place at which the change may begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The revision.
    pub(super) revision: String,
    /// What told it: the name of a variable, or a habit.
    pub(super) told_by: &'static str,
    /// Whether the change is proposed to it. Then nothing else will do; elsewhere the next candidate may.
    pub(super) is_target: bool,
}

/// Reads a variable; nothing where it is unset or empty.
type Variable<'a> = dyn Fn(&str) -> Option<String> + 'a;

impl System {
    /// Returns the system that runs this job. Woodpecker and Drone set each other's variables for compatibility, so
    /// that the younger one is asked first.
    pub(super) fn detect(variable: &Variable<'_>) -> Self {
        let is = |name: &str, value: &str| variable(name).is_some_and(|found| found == value);
        let set = |name: &str| variable(name).is_some();
        if is("GITHUB_ACTIONS", "true") {
            Self::GitHub
        } else if is("GITLAB_CI", "true") {
            Self::GitLab
        } else if is("TF_BUILD", "True") {
            Self::Azure
        } else if set("BITBUCKET_BUILD_NUMBER") {
            Self::Bitbucket
        } else if is("CI", "woodpecker") {
            Self::Woodpecker
        } else if is("DRONE", "true") {
            Self::Drone
        } else if set("JENKINS_URL") {
            Self::Jenkins
        } else {
            Self::Plain
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::GitHub => "GitHub Actions",
            Self::GitLab => "GitLab CI",
            Self::Azure => "Azure Pipelines",
            Self::Jenkins => "Jenkins",
            Self::Bitbucket => "Bitbucket Pipelines",
            Self::Woodpecker => "Woodpecker CI",
            Self::Drone => "Drone",
            Self::Plain => "this machine",
        }
    }

    /// Returns what to change in the checkout, so that it brings the history.
    pub(super) fn how_to_get_history(self) -> &'static str {
        match self {
            Self::GitHub => "give the step `actions/checkout` the input `fetch-depth: 0`",
            Self::GitLab => "set the variable `GIT_DEPTH: \"0\"` in the job",
            Self::Azure => "write `- checkout: self` with `fetchDepth: 0` as the first step",
            Self::Jenkins => {
                "switch off `shallow` in the clone options, and fetch the target branch as well"
            }
            Self::Bitbucket => "write `clone:` with `depth: full` for the step",
            Self::Woodpecker => {
                "give the clone step the settings `partial: false`, `depth: 0` and `fetch-target-branch: true`, \
                 and fetch the default branch first (`git fetch origin main`), which it leaves out on a push"
            }
            Self::Drone => {
                "write `clone:` without a `depth` for the pipeline, and fetch the default branch first \
                 (`git fetch origin main`), which it leaves out on a push"
            }
            Self::Plain => "fetch what is missing: `git fetch --unshallow`",
        }
    }

    /// Returns where the change may begin, best first; `read` returns the text of a file.
    pub(super) fn candidates(
        self,
        variable: &Variable<'_>,
        read: &dyn Fn(&str) -> Option<String>,
    ) -> Vec<Candidate> {
        let mut found = Found {
            variable,
            candidates: Vec::new(),
        };
        match self {
            Self::GitHub => found.github(read),
            Self::GitLab => {
                // In a pipeline of merged results the target is newer than the base of the difference.
                found.commit("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", true);
                found.commit("CI_MERGE_REQUEST_DIFF_BASE_SHA", true);
                found.branch("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", true);
                found.commit("CI_COMMIT_BEFORE_SHA", false);
                found.branch("CI_DEFAULT_BRANCH", false);
            }
            Self::Azure => found.branch("SYSTEM_PULLREQUEST_TARGETBRANCH", true),
            Self::Jenkins => {
                found.branch("CHANGE_TARGET", true);
                found.commit("GIT_PREVIOUS_SUCCESSFUL_COMMIT", false);
                found.commit("GIT_PREVIOUS_COMMIT", false);
            }
            Self::Bitbucket => {
                found.branch("BITBUCKET_PR_DESTINATION_BRANCH", true);
                found.commit("BITBUCKET_PR_DESTINATION_COMMIT", true);
            }
            Self::Woodpecker => {
                if (variable)("CI_PIPELINE_EVENT").is_some_and(|event| event == "pull_request") {
                    found.branch("CI_COMMIT_TARGET_BRANCH", true);
                }
                found.commit("CI_PREV_COMMIT_SHA", false);
                found.branch("CI_REPO_DEFAULT_BRANCH", false);
            }
            Self::Drone => {
                if (variable)("DRONE_BUILD_EVENT").is_some_and(|event| event == "pull_request") {
                    found.branch("DRONE_TARGET_BRANCH", true);
                }
                found.commit("DRONE_COMMIT_BEFORE", false);
                found.branch("DRONE_REPO_BRANCH", false);
            }
            Self::Plain => {}
        }
        for usual in ["origin/HEAD", "origin/main", "origin/master"] {
            found.add(usual.to_owned(), "the remote's default branch", false);
        }
        found.candidates
    }
}

struct Found<'a> {
    variable: &'a Variable<'a>,
    candidates: Vec<Candidate>,
}

impl Found<'_> {
    /// Takes the commit that a variable holds. Zeros stand for none.
    fn commit(&mut self, name: &'static str, is_target: bool) {
        if let Some(id) = (self.variable)(name) {
            self.id(&id, name, is_target);
        }
    }

    fn id(&mut self, id: &str, told_by: &'static str, is_target: bool) {
        let is_id = matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_id && !id.bytes().all(|byte| byte == b'0') {
            self.add(id.to_owned(), told_by, is_target);
        }
    }

    /// Takes the branch that a variable names: as the remote has it, which is newer than a local one.
    fn branch(&mut self, name: &'static str, is_target: bool) {
        if let Some(branch) = (self.variable)(name) {
            let branch = branch.strip_prefix("refs/heads/").unwrap_or(&branch);
            self.add(format!("refs/remotes/origin/{branch}"), name, is_target);
            self.add(format!("refs/heads/{branch}"), name, is_target);
        }
    }

    /// The event that started the job stands in a file.
    fn github(&mut self, read: &dyn Fn(&str) -> Option<String>) {
        self.branch("GITHUB_BASE_REF", true);
        let event = (self.variable)("GITHUB_EVENT_PATH")
            .and_then(|path| read(&path))
            .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
            .unwrap_or_default();
        for (pointer, is_target) in [
            ("/pull_request/base/sha", true),
            ("/merge_group/base_sha", true),
            ("/before", false),
        ] {
            if let Some(id) = event.pointer(pointer).and_then(|value| value.as_str()) {
                self.id(id, "GITHUB_EVENT_PATH", is_target);
            }
        }
        if let Some(branch) = event
            .pointer("/repository/default_branch")
            .and_then(|value| value.as_str())
        {
            self.add(
                format!("refs/remotes/origin/{branch}"),
                "GITHUB_EVENT_PATH",
                false,
            );
        }
    }

    fn add(&mut self, revision: String, told_by: &'static str, is_target: bool) {
        if !self
            .candidates
            .iter()
            .any(|known| known.revision == revision)
        {
            self.candidates.push(Candidate {
                revision,
                told_by,
                is_target,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "0123456789abcdef0123456789abcdef01234567";
    const ZERO: &str = "0000000000000000000000000000000000000000";

    /// Returns the system and the first revision that variables tell.
    fn told(variables: &[(&str, &str)]) -> (System, String) {
        let variable = |name: &str| {
            variables
                .iter()
                .find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        let read = |path: &str| Some(path.to_owned());
        let system = System::detect(&variable);
        let first = system.candidates(&variable, &read).swap_remove(0);
        (system, first.revision)
    }

    #[test]
    fn each_system_is_known_by_its_own_variables() {
        let main = "refs/remotes/origin/main".to_owned();
        for (variables, expected) in [
            (
                &[("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")][..],
                (System::GitHub, main.clone()),
            ),
            (
                &[
                    ("GITHUB_ACTIONS", "true"),
                    (
                        "GITHUB_EVENT_PATH",
                        "{\"before\":\"0123456789abcdef0123456789abcdef01234567\"}",
                    ),
                ],
                (System::GitHub, OLD.to_owned()),
            ),
            (
                &[
                    ("GITHUB_ACTIONS", "true"),
                    (
                        "GITHUB_EVENT_PATH",
                        "{\"before\":\"0000000000000000000000000000000000000000\",\
                         \"repository\":{\"default_branch\":\"main\"}}",
                    ),
                ],
                (System::GitHub, main.clone()),
            ),
            (
                &[
                    ("GITLAB_CI", "true"),
                    ("CI_COMMIT_BEFORE_SHA", ZERO),
                    ("CI_MERGE_REQUEST_DIFF_BASE_SHA", OLD),
                ],
                (System::GitLab, OLD.to_owned()),
            ),
            (
                &[("GITLAB_CI", "true"), ("CI_DEFAULT_BRANCH", "main")],
                (System::GitLab, main.clone()),
            ),
            (
                &[
                    ("TF_BUILD", "True"),
                    ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main"),
                ],
                (System::Azure, main.clone()),
            ),
            (
                &[("JENKINS_URL", "https://ci/"), ("CHANGE_TARGET", "main")],
                (System::Jenkins, main.clone()),
            ),
            (
                &[("JENKINS_URL", "https://ci/"), ("GIT_PREVIOUS_COMMIT", OLD)],
                (System::Jenkins, OLD.to_owned()),
            ),
            (
                &[
                    ("BITBUCKET_BUILD_NUMBER", "1"),
                    ("BITBUCKET_PR_DESTINATION_BRANCH", "main"),
                ],
                (System::Bitbucket, main.clone()),
            ),
            (
                &[
                    ("CI", "woodpecker"),
                    ("DRONE", "true"),
                    ("CI_PIPELINE_EVENT", "pull_request"),
                    ("CI_COMMIT_TARGET_BRANCH", "main"),
                ],
                (System::Woodpecker, main.clone()),
            ),
            (
                &[
                    ("CI", "woodpecker"),
                    ("CI_PIPELINE_EVENT", "push"),
                    ("CI_COMMIT_TARGET_BRANCH", "main"),
                    ("CI_PREV_COMMIT_SHA", OLD),
                ],
                (System::Woodpecker, OLD.to_owned()),
            ),
            (
                &[
                    ("DRONE", "true"),
                    ("DRONE_BUILD_EVENT", "push"),
                    ("DRONE_COMMIT_BEFORE", OLD),
                ],
                (System::Drone, OLD.to_owned()),
            ),
            (&[("CI", "true")], (System::Plain, "origin/HEAD".to_owned())),
        ] {
            assert_eq!(told(variables), expected, "{variables:?}");
        }
    }

    #[test]
    fn a_new_branch_begins_at_the_default_branch() {
        let woodpecker = [("CI", "woodpecker"), ("CI_REPO_DEFAULT_BRANCH", "trunk")];
        let drone = [
            ("DRONE", "true"),
            ("DRONE_COMMIT_BEFORE", ZERO),
            ("DRONE_REPO_BRANCH", "trunk"),
        ];
        for variables in [&woodpecker[..], &drone] {
            assert_eq!(told(variables).1, "refs/remotes/origin/trunk");
        }
    }

    #[test]
    fn what_is_no_commit_is_not_taken_for_one() {
        let hostile = [
            ("DRONE", "true"),
            ("DRONE_COMMIT_BEFORE", "--upload-pack=x"),
        ];
        assert_eq!(told(&hostile).1, "origin/HEAD");
    }
}
