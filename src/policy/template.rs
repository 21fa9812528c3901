//! The policy file that `init` writes: short, commented, and only what a team will want to change.

use jiff::civil::Date;

use super::profile::Profile;
use super::value::write_text;

/// Returns the text of a new policy file.
pub fn template(profile: Profile, start: Option<Date>, fingerprint_key: &str) -> String {
    let what = match profile {
        Profile::Phased => "critical and high block, the rest warns",
        Profile::Strict => "medium blocks as well, development-only dependencies warn",
        Profile::Observe => "nothing blocks",
    };
    let rollout = match start {
        Some(start) => format!(
            "[rollout]\nstart = {start}             # day 1: what would block only warns\nbaseline_days = 30             # from day 31 on, it blocks\n"
        ),
        None => {
            "# [rollout]                    # a quiet start: what would block only warns at first\n\
                 # start = 2026-12-01\n# baseline_days = 30\n"
                .to_owned()
        }
    };
    let defaults = profile.defaults();
    let [high, medium, low] = defaults.bandit.map(|action| commented(action.name()));
    let [critical, audit_high, audit_medium, audit_low] =
        defaults.audit.map(|action| commented(action.name()));
    let credential = commented(defaults.credential.name());
    let keyword = commented(defaults.keyword.name());
    format!(
        "\
# The security gate of this repository: the hook and CI decide by this file.
# Every key with its default: `gate-hook policy show`. Its meaning: docs/policy.md of gate-hook.
# An action is block, review, warn, info or off. A change to this file is judged by old and new.

profile = \"{profile}\"{gap}# {what}

{rollout}
[paths]
critical = []                  # where code matters most: [\"**/auth/**\", \"**/crypto/**\", \"**/db/**\"]; empty: everywhere
exclude = []                   # what no engine looks at, as in a .gitignore file

[secrets]
# credential = {credential}      # a recognised format
# keyword = {keyword}         # a password, secret, token or api_key assigned a literal
fingerprint_key = {key}
# allow = [{{ path = \"tests/**\", value = 'EXAMPLE-\\w+', reason = \"from the vendor's manual\" }}]

# [bandit]
# high = {high}
# medium = {medium}
# low = {low}
# outside_critical = {{ high = \"warn\" }}

# [audit]
# critical = {critical}
# high = {audit_high}
# medium = {audit_medium}
# low = {audit_low}
# dev = {{ critical = \"warn\", high = \"warn\" }}

# [override]
# ticket = '^[A-Z]+-\\d+$'
# approver = \"vp-engineering\"

# [roles]
# security-team = [\"alice\", \"bob\"]
",
        profile = profile.name(),
        gap = " ".repeat(19 - profile.name().len()),
        key = write_text(fingerprint_key),
    )
}

fn commented(action: &str) -> String {
    format!("\"{action}\"")
}
