//! `corpus FOLDER MESSAGES [BYTES] [SEED]` writes a home into FOLDER/home and what is true about it,
//! for a zone, into FOLDER/truth.json.
#![expect(
    clippy::print_stderr,
    reason = "a tool that is called by hand says what is wrong"
)]

use std::{env, fs, io, path::PathBuf, process::ExitCode};

use corpus::{Size, write};
use jiff::tz::TimeZone;

fn main() -> ExitCode {
    match run(env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("corpus: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Vec<String>) -> io::Result<()> {
    let number = |at: usize, or: usize| match arguments.get(at) {
        Some(text) => text.parse().map_err(io::Error::other),
        None => Ok(or),
    };
    let folder = arguments.first().map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("usage: corpus FOLDER MESSAGES [BYTES] [SEED]"))?;
    let size = Size {
        messages: number(1, 1_000)?,
        bytes_per_message: number(2, 3_000)?,
        seed: number(3, 1)? as u64,
    };
    let truth = write(&folder.join("home"), size)?;
    let zone = TimeZone::get("UTC").map_err(io::Error::other)?;
    let rows: Vec<_> = truth.rows(&zone).into_iter().collect();
    fs::write(folder.join("truth.json"), serde_json::to_vec_pretty(&rows)?)
}
