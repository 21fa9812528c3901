//! The rules of the audit engine. Which advisory a finding is about stands in the finding.

use crate::finding::{Category, Engine, Severity};
use crate::rule::RuleMeta;

/// A version with a known vulnerability.
pub static VULNERABLE: RuleMeta = RuleMeta {
    id: "vulnerable-dependency",
    title: "dependency with a known vulnerability",
    engine: Engine::Audit,
    category: Category::Dependency,
    severity: Severity::Unknown,
    since: "next",
    page: "Everybody can read how to attack this version. The finding names the advisory, how bad it is and who \
           says so, and the first version above yours that no known advisory affects.\n\n\
           Raise the version in the dependency file, write the lock file anew with the tool that made it, and run \
           your tests. Where no fixed version exists, see whether you use the affected part at all, and record a \
           waiver with what you found.\n\n\
           An advisory that nobody rated counts as the policy's `audit.unknown` says, by default as high.",
    references: &["https://osv.dev", "https://ossf.github.io/osv-schema/"],
    cwe: Some(1395),
};

/// A package that is an attack.
pub static MALICIOUS: RuleMeta = RuleMeta {
    id: "malicious-package",
    title: "package that is itself an attack",
    engine: Engine::Audit,
    category: Category::Dependency,
    severity: Severity::Critical,
    since: "next",
    page: "Installing this package runs an attacker's code. Such packages are named like well-known ones, or are \
           well-known ones of which an attacker published a version.\n\n\
           Do not install it. Where it was installed, count every credential that the machine could read as \
           stolen: revoke them first, then remove the package and rebuild the machine.",
    references: &["https://github.com/ossf/malicious-packages"],
    cwe: Some(506),
};

/// A requirement that leaves the version open.
pub static UNPINNED: RuleMeta = RuleMeta {
    id: "unpinned-dependency",
    title: "dependency without an exact version",
    engine: Engine::Audit,
    category: Category::Unpinned,
    severity: Severity::Low,
    since: "next",
    page: "What will be installed is decided when it is installed, so nobody can say now whether it is \
           vulnerable, and two installations can differ.\n\n\
           Pin the version with `==`, or commit the lock file of your packaging tool: the lock file is audited \
           then, and the open requirement beside it is as it should be.",
    references: &["https://packaging.python.org/en/latest/specifications/version-specifiers/"],
    cwe: Some(1357),
};

/// Returns the rules of this engine, sorted by id.
pub fn catalog() -> Vec<&'static RuleMeta> {
    vec![&MALICIOUS, &UNPINNED, &VULNERABLE]
}
