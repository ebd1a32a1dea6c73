//! The binary `tresor`.

use std::process::ExitCode;

fn main() -> ExitCode {
    tresor::cli::main()
}
