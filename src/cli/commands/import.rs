//! `gate-hook import`: takes over what other tools were told, once: exceptions as waivers without approvals, allow-lists
//! and rules as parts of the policy.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::cli::failure::{Exit, Failure};
use crate::cli::files::{Files, Roots};
use crate::cli::gate::{Look, look};
use crate::cli::rulebook::{Rulebook, utf8};
use crate::cli::settings::Gathered;
use crate::cli::{Context, authored, gate, random, registry};
use crate::finding::{Engine, Finding, Severity, printable};
use crate::policy::{
    self, EVERY_LINE, Policy, Reading, Reason, Request, Scope, Taken, Waived, Waiver,
};

const EXAMPLES: &str = "\
Read are .safety-policy.yml, osv-scanner.toml, .trivyignore, .trivyignore.yaml, .snyk,
.gitleaksignore, baselines of gitleaks, detect-secrets and Bandit, and the command
lines of pip-audit and Safety in files of CI. Nothing is approved by it: each entry
waits for its approvals, and ends when the policy says so.

Read are also the settings of other secret scanners: .gitleaks.toml, .secretsignore,
.gitallowed, .talismanrc and .gitguardian.yaml. What they allow, and their rules, are
shown as a part of gate-hook.toml, and written into it with --write.

Examples
  gate-hook import .gitleaks.toml --write
  gate-hook import osv-scanner.toml .secrets.baseline
  gate-hook import .safety-policy.yml --map 70612=GHSA-h75v-3vvj-5mfj";

/// The most files that build on each other.
const MOST_EXTENDED: usize = 16;

/// Take over the exceptions and settings of other tools, once
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// The files of other tools
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Which advisory a number of Safety's or Snyk's means
    #[arg(long = "map", value_name = "ID=ADVISORY", value_parser = parse_pair)]
    map: Vec<(String, String)>,
    /// Write allow-lists and rules into the policy file, instead of only showing them
    #[arg(long)]
    write: bool,
}

fn parse_pair(text: &str) -> Result<(String, String), String> {
    let (id, advisory) = text.split_once('=').unwrap_or_default();
    if id.is_empty() || advisory.is_empty() {
        return Err("expected ID=ADVISORY, for example 70612=GHSA-h75v-3vvj-5mfj".to_owned());
    }
    Ok((id.to_owned(), advisory.to_owned()))
}

/// The register that is being written.
struct Desk {
    root: PathBuf,
    path: String,
    text: String,
    policy: Policy,
    user: String,
    today: Date,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let mut desk = open(context)?;
    let mut written = 0;
    let mut settings = Gathered::default();
    for file in &arguments.files {
        written += import(arguments, file, &mut desk, &mut settings, context)?;
    }
    if written > 0 {
        write_register(written, &desk, context)?;
    }
    if !settings.is_empty() {
        settings.hand_over(arguments.write, &desk.root, context)?;
    } else if written == 0 {
        context.terminal.say("nothing was written");
    }
    Ok(Exit::Passed)
}

fn write_register(written: usize, desk: &Desk, context: &Context) -> Result<(), Failure> {
    authored::write(&desk.root, &desk.path, &desk.text)?;
    authored::stage(context, &desk.root, &desk.path)?;
    let plural = if written == 1 { "waiver" } else { "waivers" };
    context.terminal.say(&format!(
        "wrote and staged {written} {plural} without approvals in {}\n  next: say in each why the finding may stay; `gate-hook waiver approve ID` by those who may",
        printable(&desk.path)
    ));
    Ok(())
}

fn open(context: &Context) -> Result<Desk, Failure> {
    let repository = gate::open(context)?;
    let root = repository.layout().work_tree.clone().ok_or_else(|| {
        Failure::usage("a bare repository has no work tree, so no register can be written")
    })?;
    let policies = Rulebook::from_directory(Some(&root))?.policies;
    let path = registry::path(&policies);
    let author = authored::author(context, repository.as_ref())?;
    let policy = policies.into_iter().next().unwrap_or_else(Policy::builtin);
    Ok(Desk {
        text: registry::on_disk(&root, &path)?.unwrap_or_default(),
        path: path.to_text(),
        root,
        user: policy.people.name_of(&author).map_or(author, str::to_owned),
        policy,
        today: TimeZone::UTC.to_datetime(context.environment.now()).date(),
    })
}

/// Takes over one file and returns how many waivers it gave.
fn import(
    arguments: &Arguments,
    file: &Path,
    desk: &mut Desk,
    settings: &mut Gathered,
    context: &Context,
) -> Result<usize, Failure> {
    let shown = printable(&file.display().to_string());
    let path = context.environment.current_dir()?.join(file);
    let bytes = std::fs::read(&path)
        .map_err(|error| Failure::configuration(format!("{shown}: {error}")))?;
    let name = file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned());
    let mut reading = policy::read_foreign(&name.unwrap_or_default(), &utf8(&shown, bytes)?)
        .map_err(|why| Failure::configuration(format!("{shown}: {}", printable(&why))))?;
    follow(&path, &mut reading, &desk.root);
    let found = there(&reading.taken, desk, context)?;
    let mut left = reading.left;
    let set = settings.take(reading.settings, &mut left);
    let mut written = 0;
    for taken in reading
        .taken
        .iter()
        .flat_map(|taken| each_line(taken, &found))
    {
        let what = what(&taken);
        let outcome = waiver(&taken, &shown, arguments, &found, desk).and_then(|waiver| {
            let text = policy::insert_waiver(&desk.path, &desk.text, &waiver)
                .map_err(|error| error.message)?;
            policy::parse_register(&desk.path, &text).map_err(|error| error.message)?;
            Ok(text)
        });
        match outcome {
            Ok(text) => {
                desk.text = text;
                written += 1;
            }
            Err(why) => left.push(printable(&format!("{what}: {why}"))),
        }
    }
    context.terminal.say(&format!(
        "{shown} ({}): {} taken over, {} not",
        reading.format,
        written + set,
        left.len()
    ));
    for line in left {
        context.terminal.say(&format!("  not taken over: {line}"));
    }
    Ok(written)
}

/// Reads the files that a configuration builds on; its own rules come before theirs.
fn follow(path: &Path, reading: &mut Reading, root: &Path) {
    let mut known: BTreeSet<PathBuf> = path.canonicalize().into_iter().collect();
    let mut waiting = std::mem::take(&mut reading.extends);
    while let Some(name) = waiting.pop() {
        let below = match extended(root, &name) {
            Ok((path, _)) if !known.insert(path.clone()) => Err("it was read already".to_owned()),
            Ok(_) if known.len() > MOST_EXTENDED => {
                Err("too many files build on each other".to_owned())
            }
            Ok((_, text)) => policy::read_foreign(".gitleaks.toml", &text),
            Err(why) => Err(why),
        };
        let below = match below {
            Ok(below) => below,
            Err(why) => {
                reading
                    .left
                    .push(printable(&format!("extend.path, {name}: {why}")));
                continue;
            }
        };
        waiting.extend(below.extends);
        reading.left.extend(below.left);
        let settings = &mut reading.settings;
        for rule in below.settings.rules {
            if !settings.rules.iter().any(|own| own.id == rule.id) {
                settings.rules.push(rule);
            }
        }
        settings.allowed.extend(below.settings.allowed);
    }
}

/// Reads a file of the work tree that a configuration names, from the root on.
fn extended(root: &Path, name: &str) -> Result<(PathBuf, String), String> {
    let cannot = |error: std::io::Error| format!("it cannot be read: {error}");
    let path = root.join(name).canonicalize().map_err(cannot)?;
    if !path.starts_with(root.canonicalize().map_err(cannot)?) {
        return Err("it is not in this work tree".to_owned());
    }
    let text = std::fs::read_to_string(&path).map_err(cannot)?;
    Ok((path, text))
}

/// Returns what is taken of each line with a secret, where all of a file is meant.
fn each_line(taken: &Taken, found: &[Finding]) -> Vec<Taken> {
    let Some((path, EVERY_LINE)) = &taken.place else {
        return vec![taken.clone()];
    };
    let there = found.iter().filter(|finding| {
        let own = finding.location.place.path();
        finding.engine() == taken.engine && own.is_some_and(|own| own.to_text() == *path)
    });
    let lines: BTreeSet<u32> = there.map(|finding| finding.location.start.line).collect();
    if lines.is_empty() {
        return vec![taken.clone()];
    }
    let at = |line| Taken {
        place: Some((path.clone(), line)),
        ..taken.clone()
    };
    lines.into_iter().map(at).collect()
}

fn what(taken: &Taken) -> String {
    match &taken.place {
        Some((path, EVERY_LINE)) => format!("{} in {path}", taken.id),
        Some((path, line)) => format!("{} at {path}:{line}", taken.id),
        None => taken.id.clone(),
    }
}

/// Looks at the files that are named, as they are on disk.
fn there(taken: &[Taken], desk: &Desk, context: &Context) -> Result<Vec<Finding>, Failure> {
    let inside = |path: &&String| {
        let path = Path::new(path);
        path.is_relative() && !path.components().any(|part| part.as_os_str() == "..")
    };
    let mut paths: Vec<PathBuf> = taken
        .iter()
        .filter_map(|taken| taken.place.as_ref())
        .map(|(path, _)| path)
        .filter(inside)
        .map(|path| desk.root.join(path))
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    paths.dedup();
    if paths.is_empty() {
        return Ok(Vec::new());
    }
    let rulebook = Rulebook::from_directory(Some(&desk.root))?;
    let roots = Roots::new(&desk.root, Some(&desk.root));
    let files = Files::gather(&paths, &roots)?;
    let mut job = Look::new("files to import".to_owned(), None, &rulebook);
    job.known = files.known;
    let report = look(context, job, &mut std::iter::once(Ok(files.change)))?;
    let judged = report.verdict.judged.into_iter();
    Ok(judged.map(|judged| judged.detected.finding).collect())
}

/// Returns the waiver that an entry becomes, or why it becomes none.
fn waiver(
    taken: &Taken,
    file: &str,
    arguments: &Arguments,
    found: &[Finding],
    desk: &Desk,
) -> Result<Waiver, String> {
    if taken.expires.is_some_and(|expires| expires < desk.today) {
        return Err("it has expired".to_owned());
    }
    let mapped = arguments.map.iter().find(|(id, _)| *id == taken.id);
    if taken.foreign && mapped.is_none() {
        return Err(format!(
            "no advisory carries this id; say which one it means: `--map {}=GHSA-…`",
            taken.id
        ));
    }
    let finding = at_place(taken, found);
    if taken.engine == Engine::Secrets && finding.is_none() {
        return Err("no secret is found there now".to_owned());
    }
    let severity = finding
        .map(|finding| finding.severity)
        .or(taken.severity)
        .filter(|severity| *severity > Severity::Unknown)
        .unwrap_or(Severity::High);
    let longest = desk.policy.waivers.max_days_of(severity).value;
    let latest = desk.today.saturating_add(i64::from(longest).days());
    let says = taken.says.as_deref().map(printable).unwrap_or_default();
    let reason = match taken.engine {
        Engine::Secrets => Reason::FalsePositive,
        _ => Reason::AcceptedRisk,
    };
    let paths = match (&taken.place, finding) {
        (Some((path, _)), None) => vec![format!("/{path}")],
        _ => Vec::new(),
    };
    Ok(Waiver {
        id: format!(
            "w-{:08x}",
            u32::from_be_bytes(random::bytes().map_err(|failure| failure.message)?)
        ),
        title: printable(&format!("{}, taken over", what(taken))),
        finding: Waived {
            engine: taken.engine,
            id: match (finding, mapped) {
                (Some(finding), _) => finding.rule.id.to_owned(),
                (None, Some((_, advisory))) => advisory.clone(),
                (None, None) => taken.id.clone(),
            },
            aliases: Vec::new(),
            package: taken.package.clone(),
            fingerprint: finding.map(|finding| finding.fingerprint),
        },
        scope: Scope {
            paths,
            versions: Vec::new(),
        },
        severity,
        reason,
        mitigation: None,
        fix_by: None,
        verified: None,
        requested: Request {
            by: desk.user.clone(),
            on: desk.today,
            pr: None,
        },
        approved: Vec::new(),
        expires: taken.expires.map_or(latest, |expires| expires.min(latest)),
        imported: Some(file.to_owned()),
        rationale: rationale(file, &says),
        line: 0,
    })
}

fn rationale(file: &str, says: &str) -> String {
    let quoted = if says.is_empty() {
        "which gives no reason".to_owned()
    } else {
        format!("which says: {}", says.replace("<!--", "<! --"))
    };
    format!(
        "Taken over from {file}, {quoted}.\nNobody has looked at it yet: write here why the finding may stay."
    )
}

/// Returns the finding at the place that an entry names.
fn at_place<'f>(taken: &Taken, found: &'f [Finding]) -> Option<&'f Finding> {
    let (path, line) = taken.place.as_ref()?;
    found.iter().find(|finding| {
        let location = &finding.location;
        finding.engine() == taken.engine
            && location.start.line == *line
            && location
                .place
                .path()
                .is_some_and(|own| own.to_text() == *path)
            && (taken.engine != Engine::Bandit || finding.rule.id == taken.id)
    })
}
