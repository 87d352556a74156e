//! The command line, as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser};

use crate::command::Command;

/// Share AI credit with people and devices, and account for every token of it.
#[derive(Parser)]
#[command(
    name = "token-tracker",
    version,
    arg_required_else_help = true,
    max_term_width = 100
)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    pub global: GlobalOptions,
    #[command(subcommand)]
    pub command: Command,
}

const AFTER_HELP: &str = "\
First steps:
  token-tracker serve                       run the gateway
  token-tracker keys mint --credit 5.00     make a token key worth $5.00
  token-tracker redeem                      use a token key on this device
  token-tracker try                         one completion, and what it cost

Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 gateway not reachable,
4 data directory locked or unreadable, 5 over a budget.";

/// Options that every command takes, before or after its name.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub struct GlobalOptions {
    /// The gateway's data directory [else TOKEN_TRACKER_DATA_DIR, else the XDG data directory]
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The gateway's address [else TOKEN_TRACKER_GATEWAY_URL, else where this device is signed in]
    #[arg(long, global = true, value_name = "URL")]
    pub gateway: Option<String>,
    /// The gateway's configuration file [else TOKEN_TRACKER_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print JSON, errors too
    #[arg(long, global = true)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn common_options_are_taken_after_any_subcommand() {
        let arguments = Arguments::try_parse_from([
            "token-tracker",
            "keys",
            "list",
            "--json",
            "--data-dir",
            "/data",
            "--gateway",
            "127.0.0.1:1",
            "--config",
            "file.toml",
        ])
        .ok()
        .unwrap();
        assert!(arguments.global.json);
        assert_eq!(arguments.global.data_dir, Some(PathBuf::from("/data")));
        assert_eq!(arguments.global.gateway.as_deref(), Some("127.0.0.1:1"));
        assert_eq!(arguments.global.config, Some(PathBuf::from("file.toml")));
    }
}
