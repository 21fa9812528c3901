//! The policy file that `init` writes: short, commented, and only what a team will want to change.

use jiff::civil::Date;

use super::Action;
use super::profile::Profile;
use super::value::write_text;

/// The column of the comments behind the keys.
const COMMENTS: usize = 30;

/// A key that a new policy file sets to something else than its profile does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refinement {
    /// The dotted key, of `[bandit]` or `[audit]`.
    pub key: String,
    /// The value, as TOML.
    pub value: String,
    /// Why, for the comment behind it.
    pub why: String,
}

/// Returns the text of a new policy file.
pub fn template(
    profile: Profile,
    start: Option<Date>,
    fingerprint_key: &str,
    refinements: &[Refinement],
) -> String {
    let defaults = profile.defaults();
    let [code_high, code_medium, code_low] = defaults.bandit;
    let [critical, high, medium, low] = defaults.audit;
    let sections = [
        INTRODUCTION.to_owned(),
        line(&format!("profile = \"{}\"", profile.name()), about(profile)),
        rollout(start),
        "[paths]\n".to_owned()
            + &line(
                "critical = []",
                "where code matters most; empty: everywhere",
            )
            + "# for example [\"**/auth/**\", \"**/crypto/**\", \"**/db/**\"]\n"
            + &line(
                "exclude = []",
                "what no engine looks at, as in a .gitignore file",
            ),
        "[secrets]\n".to_owned()
            + &offer("credential", defaults.credential, "a recognised format")
            + &offer(
                "keyword",
                defaults.keyword,
                "a password, secret, token, api_key that is a literal",
            )
            + &format!("fingerprint_key = {}\n", write_text(fingerprint_key))
            + "# allow = [{ path = \"tests/**\", value = 'EXAMPLE-\\w+', reason = \"from the vendor's manual\" }]\n",
        "[bandit]\n".to_owned()
            + &refined(
                "bandit",
                &[
                    ("high", code_high),
                    ("medium", code_medium),
                    ("low", code_low),
                ],
                refinements,
            )
            + &line(
                "# outside_critical = { high = \"warn\" }",
                "an example, for where paths.critical is given",
            ),
        "[audit]\n".to_owned()
            + &refined(
                "audit",
                &[
                    ("critical", critical),
                    ("high", high),
                    ("medium", medium),
                    ("low", low),
                ],
                refinements,
            )
            + &line(
                "# dev = { critical = \"warn\", high = \"warn\" }",
                "an example, for development-only groups",
            ),
        "[override]\n".to_owned()
            + &line(
                "# ticket = '^[A-Z]+-\\d+$'",
                "what the number of an incident looks like",
            )
            + &line(
                "# approver = \"vp-engineering\"",
                "the role that approves an emergency in CI",
            ),
        "[roles]\n# security-team = [\"alice\", \"bob\"]\n".to_owned(),
    ];
    sections.join("\n")
}

const INTRODUCTION: &str = "\
# The security gate of this repository: the hook and CI decide by this file.
# What is commented out is the default or an example; `gate-hook policy show` prints every key.
# An action is block, review, warn, info or off. An edit of this file is judged by old and new.
";

fn about(profile: Profile) -> &'static str {
    match profile {
        Profile::Phased => "critical and high block, the rest warns",
        Profile::Strict => "medium blocks as well, development-only dependencies warn",
        Profile::Observe => "nothing blocks",
    }
}

fn rollout(start: Option<Date>) -> String {
    match start {
        Some(start) => {
            "[rollout]\n".to_owned()
                + &line(
                    &format!("start = {start}"),
                    "day 1: what would block only warns",
                )
                + &line("baseline_days = 30", "from day 31 on, it blocks")
        }
        None => {
            line(
                "# [rollout]",
                "a quiet start: what would block only warns at first",
            ) + "# start = 2026-12-01\n# baseline_days = 30\n"
        }
    }
}

/// Returns the keys of a section: offered with their defaults, or set where they are refined.
fn refined(section: &str, keys: &[(&str, Action)], refinements: &[Refinement]) -> String {
    let name = |refinement: &Refinement| {
        let (table, key) = refinement.key.split_once('.')?;
        (table == section).then(|| key.to_owned())
    };
    let mut text = String::new();
    for (key, default) in keys {
        let found = refinements
            .iter()
            .find(|refinement| name(refinement).as_deref() == Some(key));
        text += &match found {
            Some(Refinement { value, why, .. }) => line(&format!("{key} = {value}"), why),
            None => offer(key, *default, ""),
        };
    }
    for refinement in refinements {
        if let Some(key) = name(refinement)
            && !keys.iter().any(|(known, _)| *known == key)
        {
            text += &line(&format!("{key} = {}", refinement.value), &refinement.why);
        }
    }
    text
}

fn offer(key: &str, default: Action, comment: &str) -> String {
    line(&format!("# {key} = \"{}\"", default.name()), comment)
}

fn line(text: &str, comment: &str) -> String {
    if comment.is_empty() {
        return format!("{text}\n");
    }
    format!("{text:COMMENTS$} # {comment}\n")
}
