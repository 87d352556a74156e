//! The command line, as clap reads it.

use std::path::PathBuf;

use clap::{Args, Parser};

use crate::command::Command;

/// Share AI credit with people and devices, and account for every token of it.
#[derive(Parser)]
#[command(name = "token-tracker", version, max_term_width = 100)]
#[command(after_help = AFTER_HELP)]
pub struct Arguments {
    #[command(flatten)]
    pub global: GlobalOptions,
    #[command(subcommand)]
    pub command: Option<Command>,
}

const AFTER_HELP: &str = "\
Without a command, it shows `usage`.

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
    #[arg(long, alias = "url", global = true, value_name = "URL")]
    pub gateway: Option<String>,
    /// The gateway's configuration file [else TOKEN_TRACKER_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where the ledger is in PostgreSQL, such as postgres://USER:PASSWORD@HOST/NAME; remembered by the
    /// data directory. Better in the variable than on the command line, which others can read
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "TOKEN_TRACKER_DATABASE_URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
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
    fn help(path: &[&str]) -> String {
        let mut command = Arguments::command().term_width(100);
        command.build();
        let found = path.iter().fold(&mut command, |command, name| {
            command.find_subcommand_mut(name).unwrap()
        });
        found.render_help().to_string()
    }

    #[test]
    fn the_help_is_the_table_of_contents() {
        insta::assert_snapshot!(help(&[]), @r"
        Share AI credit with people and devices, and account for every token of it

        Usage: token-tracker [OPTIONS] [COMMAND]

        Commands:
          serve      Run the gateway: keys, balances and the way to the providers
          reload     Have the running gateway read its configuration again
          keys       Mint, list and revoke token keys, and move credit between them
          redeem     Use a token key on this device
          balance    Show what is left to spend on this device
          usage      Show what every assistant on this machine consumed and cost, from their own logs
          tui        Usage, balances and running sessions on a whole screen, kept up to date
          branch     Show, enter, export and import what a git branch consumed
          ci         Record what a job consumed, and report it by branch and model
          devices    List, rename and revoke enrolled devices
          models     Sums by client and model; `models served` lists what this device may use
          monthly    Sums by month, as `usage monthly`
          graph      Every day of a year in a picture, as `usage graph`
          cursor     Take in Cursor's usage, which its dashboard exports as CSV
          try        Send one completion through the gateway and show its receipt
          status     Show where this device is signed in, and whether the gateway is ready
          sign-out   Sign this device out and free its place on the token key
          login      Log in as a member of a gateway, confirmed in a signed-in browser
          logout     Revoke the login's token and forget it
          whoami     Show who is logged in, and where
          submit     Send sums of days to your profile at the gateway, if you want one
          upstreams  List providers and store their API keys
          reconcile  Compare what was metered with what the providers billed
          members    List, invite and remove the people of this gateway, and sign the owner in
          audit      Show and check the log of who did what
          ledger     Recount the gateway's ledger
          export     Write everything that the gateway keeps, or one table or person of it, to a file
          import     Bring usage in from a CSV file
          migrate    Move the ledger to another database, where several gateways can use it
          backup     Write the ledger into one encrypted file, beside a running gateway or without one
          restore    Put a backup into a data directory that no gateway uses
          help       Print this message or the help of the given subcommand(s)

        Options:
          -h, --help     Print help
          -V, --version  Print version

        Everywhere:
              --data-dir <DIR>      The gateway's data directory [else TOKEN_TRACKER_DATA_DIR, else the XDG
                                    data directory]
              --gateway <URL>       The gateway's address [else TOKEN_TRACKER_GATEWAY_URL, else where this
                                    device is signed in]
              --config <FILE>       The gateway's configuration file [else TOKEN_TRACKER_CONFIG]
              --database-url <URL>  Where the ledger is in PostgreSQL, such as
                                    postgres://USER:PASSWORD@HOST/NAME; remembered by the data directory.
                                    Better in the variable than on the command line, which others can read
                                    [env: TOKEN_TRACKER_DATABASE_URL]
              --json                Print JSON, errors too

        Without a command, it shows `usage`.

        First steps:
          token-tracker serve                       run the gateway
          token-tracker keys mint --credit 5.00     make a token key worth $5.00
          token-tracker redeem                      use a token key on this device
          token-tracker try                         one completion, and what it cost

        Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 gateway not reachable,
        4 data directory locked or unreadable, 5 over a budget.
        ");
    }

    #[test]
    fn the_help_of_minting_shows_every_form() {
        insta::assert_snapshot!(help(&["keys", "mint"]), @r"
        Make token keys; each code is shown once

        Usage: token-tracker keys mint [OPTIONS] --credit <USD>

        Options:
              --credit <USD>    How many US dollars the key is worth, with up to nine decimals
              --models <ID,…>   The models that the key may use [default: all]
              --devices <N>     How many devices may use the key at the same time [default: 1]
              --expires <WHEN>  When the key ends: 30d, 12h, 2w, a date (its midnight, UTC) or a timestamp
                                [default: never]
              --count <N>       How many keys to mint, each with the whole credit [default: 1]
              --strict          Refuse what the credit cannot cover, instead of lowering the output cap
              --label <TEXT>    A name for the key, shown in lists
              --member <ID>     The member whose keys they are
          -h, --help            Print help

        Limits:
              --rpm <N>                Requests per minute [default: as the gateway is configured]
              --tpm <N>                Tokens per minute, input and output together
              --streams <N>            Requests at the same time
              --spend-per-day <USD>    US dollars for each calendar day
              --spend-per-month <USD>  US dollars for each calendar month

        Everywhere:
              --data-dir <DIR>      The gateway's data directory [else TOKEN_TRACKER_DATA_DIR, else the XDG
                                    data directory]
              --gateway <URL>       The gateway's address [else TOKEN_TRACKER_GATEWAY_URL, else where this
                                    device is signed in]
              --config <FILE>       The gateway's configuration file [else TOKEN_TRACKER_CONFIG]
              --database-url <URL>  Where the ledger is in PostgreSQL, such as
                                    postgres://USER:PASSWORD@HOST/NAME; remembered by the data directory.
                                    Better in the variable than on the command line, which others can read
                                    [env: TOKEN_TRACKER_DATABASE_URL]
              --json                Print JSON, errors too
        ");
    }
}
