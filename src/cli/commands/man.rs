//! `gate-hook man`: prints the manual page, or writes one for each command.

use std::path::Path;

use crate::cli::Context;
use crate::cli::failure::{Exit, Failure};
use crate::finding::printable;

/// Print or write the manual pages
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Write one page for each command into this directory
    #[arg(long, value_name = "DIR")]
    pub dir: Option<std::path::PathBuf>,
}

/// Runs the command.
pub(in crate::cli) fn run(arguments: &Arguments, context: &Context) -> Result<Exit, Failure> {
    let mut declaration = crate::cli::declaration(&[]);
    declaration.build();
    let Some(directory) = &arguments.dir else {
        context
            .terminal
            .result(&String::from_utf8_lossy(&page(declaration)));
        return Ok(Exit::Passed);
    };
    let refuse = |error: std::io::Error| {
        let name = printable(&directory.display().to_string());
        Failure::could_not_look(format!("the pages cannot be written: {name}: {error}"))
    };
    std::fs::create_dir_all(directory).map_err(refuse)?;
    write(directory, "gate-hook", &declaration).map_err(refuse)?;
    context.terminal.say(&format!(
        "wrote the pages into {}",
        printable(&directory.display().to_string())
    ));
    Ok(Exit::Passed)
}

/// Writes the page of a command and of all below it.
fn write(directory: &Path, name: &str, command: &clap::Command) -> std::io::Result<()> {
    std::fs::write(directory.join(format!("{name}.1")), page(command.clone()))?;
    for below in command
        .get_subcommands()
        .filter(|below| below.get_name() != "help")
    {
        write(directory, &format!("{name}-{}", below.get_name()), below)?;
    }
    Ok(())
}

fn page(command: clap::Command) -> Vec<u8> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut text)
        .expect("writing into memory does not fail");
    text
}
