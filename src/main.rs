//! The `gate-hook` program: all it does is call the library and return the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    gate_hook::cli::main()
}
