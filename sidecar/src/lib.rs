//! The language server: the editor on one side, the gateway on the other.
//!
//! It holds no price and works out no balance; it shows what the gateway told it. Standard output
//! belongs to the protocol: nothing else is ever written there.

mod answer_stream;
mod chat;
mod completion;
mod conversation;
mod document;
mod ending;
mod events;
mod exclusion;
mod front;
mod generation;
mod git;
mod handler;
mod input;
mod lock;
mod log;
mod output;
mod request;
mod secrets;
mod server;
mod session;
mod settlement;
mod sign_in;
mod status;
mod suggest;
mod transport;
mod usage_log;
mod workspace;

use std::{env, io::Write, process};

/// Runs the language server until the editor leaves. Never returns: the exit code is part of the
/// protocol, and threads that block in the keyring or on standard input must not delay the end.
pub fn run() -> ! {
    for argument in env::args().skip(1) {
        match argument.as_str() {
            "--stdio" => {}
            "--version" | "-V" => print_and_exit(&format!("token-tracker-sidecar {}", version())),
            "--help" | "-h" => print_and_exit(HELP),
            _ => {
                let _ = writeln!(std::io::stderr(), "Unknown argument {argument}.\n{HELP}");
                process::exit(2);
            }
        }
    }
    server::serve()
}

pub(crate) const fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

const HELP: &str = "Usage: token-tracker-sidecar [--stdio] [--version]\n\
    Speaks the Language Server Protocol on standard input and output.";

fn print_and_exit(text: &str) -> ! {
    // A closed pipe is the reader's choice.
    let _ = writeln!(std::io::stdout(), "{text}");
    process::exit(0)
}
