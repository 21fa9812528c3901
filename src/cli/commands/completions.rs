//! `gate-hook completions`: prints completions for a shell.

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};

const EXAMPLES: &str = "\
Examples
  gate-hook completions bash > ~/.local/share/bash-completion/completions/gate-hook
  gate-hook completions zsh  > \"${fpath[1]}/_gate-hook\"
  gate-hook completions fish > ~/.config/fish/completions/gate-hook.fish";

/// Print completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(in crate::cli) struct Arguments {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Runs the command.
#[expect(
    clippy::unnecessary_wraps,
    reason = "all commands have the same signature"
)]
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let mut declaration = crate::cli::declaration(&[]);
    let mut text = Vec::new();
    clap_complete::generate(arguments.shell, &mut declaration, "gate-hook", &mut text);
    context.terminal.result(&String::from_utf8_lossy(&text));
    Ok(Exit::Passed)
}
