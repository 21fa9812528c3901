//! `gate-hook rules`: lists the rules, checks a team's own, and tries them on a file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::catalog;
use crate::cli::failure::{Exit, Failure};
use crate::cli::rulebook::{self, Rulebook};
use crate::cli::text::table;
use crate::cli::{Context, gate};
use crate::finding::{Category, Finding, Place, RepoPath, printable};
use crate::policy::{self, PolicyError};
use crate::rule::RuleMeta;
use crate::secrets::{self, Rule, Scanner};

const EXAMPLES: &str = "\
Examples
  gate-hook rules                              every rule
  gate-hook rules check ours.toml              can these rules be used?
  gate-hook rules test app.env                 which rules match in this file?
  gate-hook rules test app.env --rules ours.toml";

/// List the rules, check or try your own
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Check rules of your own: a file of [[rule]] tables, or a policy file
    Check {
        /// The file
        file: PathBuf,
    },
    /// Show which rules match in a file, whatever the policy makes of it
    Test {
        /// The file to look into
        file: PathBuf,
        /// Rules of your own to try beside the built-in ones
        #[arg(long, value_name = "FILE")]
        rules: Option<PathBuf>,
    },
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    match &arguments.what {
        None => Ok(list(context)),
        Some(What::Check { file }) => check(context, file),
        Some(What::Test { file, rules }) => test(context, file, rules.as_deref()),
    }
}

/// Returns the key of the policy that decides about a rule's findings.
pub(super) fn threshold(rule: &RuleMeta) -> &'static str {
    match rule.category {
        Category::Credential => "secrets.credential",
        Category::Keyword => "secrets.keyword",
        Category::Code => "bandit.high, bandit.medium, bandit.low",
        Category::Dependency => "audit.critical and its siblings",
        Category::Unpinned => "audit.unpinned",
    }
}

fn list(context: &Context) -> Exit {
    let row = |rule: &RuleMeta| {
        vec![
            printable(rule.id),
            rule.engine.name().to_owned(),
            rule.severity.name().to_owned(),
            printable(rule.title),
        ]
    };
    let rows: Vec<Vec<String>> = catalog::rules().into_iter().map(row).collect();
    let mut text = table(&rows, context.terminal.width());
    let _ = writeln!(
        text,
        "\n{} rules; `gate-hook explain RULE` tells more",
        rows.len()
    );
    context.terminal.result(&text);
    Exit::Passed
}

fn check(context: &Context, file: &Path) -> Result<Exit, Failure> {
    let rules = own_rules(file)?;
    let name = printable(&file.display().to_string());
    if rules.is_empty() {
        return Err(
            Failure::configuration(format!("{name}: there is no rule in it")).with_hint(
                "each rule is a table headed [[rule]], or [[secrets.rules]] in a policy file",
            ),
        );
    }
    let mut text = String::new();
    for rule in &rules {
        let _ = writeln!(
            text,
            "{}  {}",
            printable(rule.meta.id),
            printable(rule.meta.title)
        );
    }
    let count = if rules.len() == 1 {
        "1 rule".to_owned()
    } else {
        format!("{} rules", rules.len())
    };
    let _ = writeln!(text, "{name}: {count}, all usable");
    context.terminal.result(&text);
    Ok(Exit::Passed)
}

/// Reads a team's rules, from a file of rules or from the policy that holds them.
fn own_rules(file: &Path) -> Result<Vec<Rule>, Failure> {
    let is_policy = file
        .file_name()
        .is_some_and(|name| name == policy::FILE_NAME || name == "pyproject.toml");
    if is_policy {
        return Ok(Rulebook::from_file(file)?.custom_rules);
    }
    let name = printable(&file.display().to_string());
    let bytes = read(file)?;
    let text = rulebook::utf8(&name, bytes)?;
    secrets::parse_rules(&text).map_err(|error| {
        let (line, column, message) = (error.line, error.column, error.message);
        PolicyError {
            file: name,
            line,
            column,
            message,
            hint: None,
        }
        .into()
    })
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| {
        let message = format!("{}: {error}", printable(&file.display().to_string()));
        match error.kind() {
            std::io::ErrorKind::NotFound => Failure::usage(message),
            _ => Failure::could_not_look(message),
        }
    })
}

fn test(context: &Context, file: &Path, rules: Option<&Path>) -> Result<Exit, Failure> {
    let mut custom = nearby_rules(context)?;
    if let Some(rules) = rules {
        custom.extend(own_rules(rules)?);
    }
    let bytes = read(file)?;
    let scanner = Scanner::new(secrets::Options {
        fingerprint_key: &[],
        custom,
        allowed: &|_, _| false,
    });
    let name = file.display().to_string();
    let findings = scanner.scan(&Place::File(RepoPath::new(name.as_bytes())), &bytes, 1);
    let row = |finding: &Finding| {
        let start = finding.location.start;
        vec![
            format!("{}:{}", start.line, start.column),
            printable(finding.rule.id),
            format!("{} confidence", finding.confidence),
            finding.excerpt.text.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = findings.iter().map(row).collect();
    let mut text = table(&rows, context.terminal.width());
    let _ = match findings.len() {
        0 => writeln!(text, "no rule matches in {}", printable(&name)),
        1 => writeln!(text, "1 match in {}", printable(&name)),
        count => writeln!(text, "{count} matches in {}", printable(&name)),
    };
    context.terminal.result(&text);
    Ok(Exit::Passed)
}

/// Returns the team's own rules of the repository around, if there is one.
fn nearby_rules(context: &Context) -> Result<Vec<Rule>, Failure> {
    let root = gate::try_open(context)
        .ok()
        .and_then(|repository| repository.layout().work_tree.clone());
    Ok(Rulebook::from_directory(root.as_deref())?.custom_rules)
}
