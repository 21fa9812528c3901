//! `gate-hook init`: writes the policy file of a repository.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::cli::failure::{Exit, Failure};
use crate::cli::thresholds::{self, Found};
use crate::cli::{Context, gate, random, rulebook};
use crate::finding::printable;
use crate::policy::{self, Policy, PolicyText, Profile, Refinement};

/// Write gate-hook.toml, the policy of this repository
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// What the thresholds start from: phased (the default), strict or observe. Without it, they become what the
    /// calls of Bandit, pip-audit and Safety in the files of CI stop at
    #[arg(long, value_name = "NAME", value_parser = profile)]
    pub profile: Option<Profile>,
    /// Day 1 of a rollout in which what would block only warns for 30 days
    #[arg(long, value_name = "DATE")]
    pub start: Option<jiff::civil::Date>,
    /// Replace the file that is there
    #[arg(long)]
    pub force: bool,
}

fn profile(name: &str) -> Result<Profile, String> {
    let names = Profile::ALL.map(Profile::name);
    Profile::ALL
        .into_iter()
        .find(|profile| profile.name() == name)
        .ok_or_else(|| {
            let near = names
                .into_iter()
                .find(|known| strsim::damerau_levenshtein(known, name) <= 2);
            match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the profiles are {}", names.join(", ")),
            }
        })
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let repository = gate::open(context)?;
    let root = repository.layout().work_tree.clone().ok_or_else(|| {
        Failure::usage("a bare repository has no files, so no policy file can be written")
            .with_hint("run it in a clone, commit the file and push it")
    })?;
    let path = root.join(policy::FILE_NAME);
    if !arguments.force {
        refuse_to_overwrite(&root, &path)?;
    }
    let key: String = random::bytes::<16>()?
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let profile = arguments.profile.unwrap_or(Profile::Phased);
    let calls = thresholds::found(&thresholds::OnDisk(&root));
    let refinements = match arguments.profile {
        Some(_) => Vec::new(),
        None => refinements(&calls),
    };
    let text = policy::template(profile, arguments.start, &key, &refinements);
    let written = PolicyText {
        name: policy::FILE_NAME.to_owned(),
        text,
        embedded: false,
    };
    let policy = Policy::parse(&written)?;
    write(&path, &written.text).map_err(|error| {
        Failure::could_not_look(format!(
            "{} cannot be written: {error}",
            printable(&path.display().to_string())
        ))
    })?;
    context.terminal.say(&format!(
        "wrote {} (profile {})\n  next: read it, `git add {}`, commit it; `gate-hook install` puts the hooks in",
        policy::FILE_NAME,
        profile.name(),
        policy::FILE_NAME
    ));
    if !calls.is_empty() {
        say_what_was_found(context, &calls, &policy);
    }
    Ok(Exit::Passed)
}

/// Returns the keys that say what the calls in the files of CI say.
fn refinements(calls: &[Found]) -> Vec<Refinement> {
    thresholds::equivalent(calls)
        .into_iter()
        .map(|equivalent| Refinement {
            key: equivalent.key.to_owned(),
            value: equivalent.value,
            why: format!("as {}", equivalent.place),
        })
        .collect()
}

fn say_what_was_found(context: &Context, calls: &[Found], policy: &Policy) {
    let places: Vec<&str> = calls.iter().map(|found| found.place.as_str()).collect();
    context
        .terminal
        .say(&format!("thresholds read from {}", places.join(", ")));
    for difference in thresholds::drift(calls, policy) {
        context
            .terminal
            .say(&format!("  not the same: {difference}"));
    }
}

fn refuse_to_overwrite(root: &Path, path: &PathBuf) -> Result<(), Failure> {
    if fs::symlink_metadata(path).is_ok() {
        return Err(
            Failure::usage(format!("{} is there already", policy::FILE_NAME))
                .with_hint("`gate-hook policy show` prints what it says; `--force` replaces it"),
        );
    }
    if let Some(text) = rulebook::text_on_disk(root)? {
        return Err(
            Failure::usage(format!("the policy is in {} already", text.name))
                .with_hint("only one of the two files may hold it"),
        );
    }
    Ok(())
}

/// Writes beside and renames; a symbolic link in the file's place is replaced, not followed.
pub(super) fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.permissions(fs::Permissions::from_mode(0o644));
    }
    let mut file = file.tempfile_in(path.parent().unwrap_or(path))?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
