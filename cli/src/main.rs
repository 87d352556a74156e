//! The `token-tracker` command: the gateway's front door, the owner's tools and a device's own.

mod arguments;
mod book;
mod call;
mod checkout;
mod command;
mod context;
mod data_directory;
mod database;
mod failure;
mod gathering;
mod hidden;
mod logging;
mod moment;
mod output;
mod picture;
mod secret_input;
mod signed_in;
mod stream;
mod table;
mod tui;

use std::process::ExitCode;

use clap::{Parser, error::ErrorKind};

use crate::{
    arguments::Arguments,
    context::Context,
    failure::{ExitStatus, Failure},
};

/// The gateway allocates small things on several threads all the time; this took a tenth off what a
/// request costs at full load.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Arguments::try_parse() {
        Ok(arguments) => run(arguments).into(),
        Err(error) => wrong_usage(&error).into(),
    }
}

fn run(arguments: Arguments) -> ExitStatus {
    let json = arguments.global.json;
    let output = match arguments.command {
        Some(command) => Context::new(arguments.global).and_then(|context| command.run(&context)),
        None => command::usual(json),
    };
    let printed = match &output {
        Ok(output) => output.print(json),
        Err(failure) => failure.report(json),
    };
    match (output, printed) {
        (Err(failure), _) => failure.status,
        (Ok(output), Ok(())) => output.status(),
        // Standard output is gone or full; there is nowhere left to say so but the exit code.
        (Ok(_), Err(_)) => ExitStatus::Failed,
    }
}

/// Help and version are answers; everything else that clap stops at is wrong usage.
fn wrong_usage(error: &clap::Error) -> ExitStatus {
    let shown = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => return finish(error.print(), ExitStatus::Done),
        // The arguments could not be parsed, so whether JSON was asked for is read from the words.
        _ if std::env::args().any(|argument| argument == "--json") => Failure::from_clap(error).report(true),
        _ => error.print(),
    };
    finish(shown, ExitStatus::WrongUsage)
}

fn finish(printed: std::io::Result<()>, status: ExitStatus) -> ExitStatus {
    match printed {
        Ok(()) => status,
        Err(_) => ExitStatus::Failed,
    }
}
