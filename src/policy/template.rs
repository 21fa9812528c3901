//! The policy file that `init` writes: short, commented, and only what a team will want to change.

use jiff::civil::Date;

use super::Action;
use super::profile::Profile;
use super::value::write_text;

/// The column of the comments behind the keys.
const COMMENTS: usize = 30;

/// Returns the text of a new policy file.
pub fn template(profile: Profile, start: Option<Date>, fingerprint_key: &str) -> String {
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
            + &offer("high", code_high, "")
            + &offer("medium", code_medium, "")
            + &offer("low", code_low, "")
            + "# outside_critical = { high = \"warn\" }\n",
        "[audit]\n".to_owned()
            + &offer("critical", critical, "")
            + &offer("high", high, "")
            + &offer("medium", medium, "")
            + &offer("low", low, "")
            + "# dev = { critical = \"warn\", high = \"warn\" }\n",
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
# What is commented out is the default; `gate-hook policy show` prints every key.
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

fn offer(key: &str, default: Action, comment: &str) -> String {
    line(&format!("# {key} = \"{}\"", default.name()), comment)
}

fn line(text: &str, comment: &str) -> String {
    if comment.is_empty() {
        return format!("{text}\n");
    }
    format!("{text:COMMENTS$} # {comment}\n")
}
