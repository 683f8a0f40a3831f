//! The program: parses the command line, and turns the result into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    vincula::cli::main()
}
