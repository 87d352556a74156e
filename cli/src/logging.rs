//! The gateway's log: to standard error, one line an event.

use std::{
    env,
    io::{self, IsTerminal},
};

use gateway::config::LogFormat;
use tracing::subscriber::set_global_default;
use tracing_subscriber::{EnvFilter, fmt};

use crate::failure::Failure;

const VARIABLE: &str = "TOKEN_TRACKER_LOG";
const DEFAULT: &str = "info";

/// Starts logging as `TOKEN_TRACKER_LOG` says: `info`, `debug`, `gateway=debug`. In JSON each line
/// is one object with the event's fields beside its `timestamp`, `level`, `target` and `message`.
pub fn start(format: LogFormat) -> Result<(), Failure> {
    let wanted = env::var(VARIABLE).ok().filter(|value| !value.trim().is_empty());
    let log = fmt()
        .with_env_filter(filter(wanted.as_deref().unwrap_or(DEFAULT))?)
        .with_writer(io::stderr);
    // Fails only where logging was started before, which then goes on.
    let _ = match format {
        LogFormat::Text => set_global_default(log.with_ansi(is_coloured()).finish()),
        LogFormat::Json => set_global_default(log.json().flatten_event(true).finish()),
    };
    Ok(())
}

fn filter(text: &str) -> Result<EnvFilter, Failure> {
    EnvFilter::builder().parse(text).map_err(|_| {
        Failure::usage(
            format!("{VARIABLE} could not be read."),
            "Write a level such as info or debug, or a part and its level such as gateway=debug.",
        )
    })
}

fn is_coloured() -> bool {
    let without = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stderr().is_terminal() && !without
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_and_parts_are_read_and_nonsense_is_wrong_usage() {
        for text in ["info", "gateway=debug,warn", "off"] {
            assert!(filter(text).is_ok(), "{text}");
        }
        assert_eq!(filter("gateway=loud").err().unwrap().status.code(), 2);
    }
}
