use std::{
    io::Write as _,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use clap::Args;
use gateway::{
    ServeError, ServeOptions,
    config::{Config, LogFormat},
    data_dir::DataDirError,
    ledger::LedgerError,
};
use protocol::{Code, Problem};
use serde_json::json;

use crate::{context::Context, failure::Failure, logging, output::Output};

#[derive(Args)]
pub struct Serve {
    /// The address to listen on [default: the configuration's, else 127.0.0.1:7425]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// The certificate chain to serve HTTPS with (PEM); read again when it changes
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's private key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The reverse proxies that may stand in front, whose X-Forwarded-For is believed
    #[arg(long, value_name = "ADDRESS", num_args = 1.., value_delimiter = ',')]
    behind_proxy: Vec<IpAddr>,
    /// What other machines call this gateway, such as https://ai.example.com
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The form of the log's lines [default: the configuration's, else text]
    #[arg(long, value_name = "FORM", value_parser = ["text", "json"])]
    log_format: Option<String>,
}

impl Serve {
    /// Runs in the foreground until the process is asked to end.
    pub fn run(self, context: &Context) -> Result<Output, Failure> {
        logging::start(self.log_format(context)?)?;
        gateway::serve(self.options(context)).map_err(failure)?;
        Ok(Output::new(
            "The gateway has stopped.",
            &json!({ "stopped": true }),
        )?)
    }

    /// The file is looked at before all else, since the first line of the log has its form too.
    fn log_format(&self, context: &Context) -> Result<LogFormat, Failure> {
        match (self.log_format.as_deref(), &context.config) {
            (Some("json"), _) => Ok(LogFormat::Json),
            (None, Some(file)) => {
                let config = Config::read(file).map_err(|error| failure(error.into()))?;
                Ok(config.log.format)
            }
            (Some(_) | None, _) => Ok(LogFormat::Text),
        }
    }

    fn options(self, context: &Context) -> ServeOptions {
        ServeOptions {
            data_dir: context.data.path.clone(),
            config: context.config.clone(),
            listen: self.listen,
            tls_cert: self.tls_cert,
            tls_key: self.tls_key,
            behind_proxy: self.behind_proxy,
            public_url: self.public_url,
            database_url: context.database_url.clone(),
            announce: Some(announce),
        }
    }
}

/// Shows the owner's one-time link, on the one stream that is not the log.
fn announce(link: &str) {
    let text = format!(
        "\nThis gateway has no owner yet. Open this link once, within a day, to become it:\n\n  {link}\n\n\
         Another one: token-tracker members link\n"
    );
    // Whoever has closed the stream does not want to know.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Says what kept the gateway from running, and which exit code that is. The words of the causes
/// are about the owner's own files and addresses.
pub fn failure(error: ServeError) -> Failure {
    let message = sentence(&error.to_string());
    match error {
        ServeError::DataDir(DataDirError::Locked) => Failure::data_directory(
            message,
            "Stop it first, or name another directory with --data-dir.",
        ),
        ServeError::DataDir(DataDirError::Unusable(_)) => Failure::data_directory(
            message,
            "Name a directory that is yours and not full with --data-dir.",
        ),
        ServeError::DataDir(DataDirError::TwoLedgers) => Failure::data_directory(
            message,
            "Move it with `token-tracker migrate --from sqlite --to postgres`, or name another directory with --data-dir.",
        ),
        ServeError::DataDir(DataDirError::DatabaseUrl(_)) => {
            Failure::usage(message, "Correct --database-url or TOKEN_TRACKER_DATABASE_URL.")
        }
        ServeError::Ledger(LedgerError::Unreachable(_)) => failed(
            message,
            "Check --database-url, and that the database runs and lets this user in.",
        ),
        ServeError::Ledger(_) => Failure::data_directory(
            message,
            "Check that the data directory is yours and its disk whole; restore gateway.db from a backup if not.",
        ),
        ServeError::Config(_) | ServeError::Telemetry(_) => {
            Failure::usage(message, "Correct the configuration file, then start again.")
        }
        ServeError::Tls(_) => Failure::usage(message, "Name PEM files with --tls-cert and --tls-key."),
        ServeError::Insecure => Failure::usage(
            message,
            "Give it a certificate with --tls-cert and --tls-key, or name the proxy in front with --behind-proxy.",
        ),
        ServeError::Bind(..) => failed(
            message,
            "Choose another address with --listen, or stop what listens there.",
        ),
        ServeError::Io(_) => failed(message, "Look at the lines above; the ledger is safe."),
    }
}

fn failed(message: String, hint: &str) -> Failure {
    Problem::new(Code::Internal, message).with_hint(hint).into()
}

/// Errors inside the gateway are fragments; a person reads sentences.
pub fn sentence(fragment: &str) -> String {
    let mut letters = fragment.trim().chars();
    let first: String = letters
        .next()
        .map(char::to_uppercase)
        .into_iter()
        .flatten()
        .collect();
    let end = if fragment.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

#[cfg(test)]
mod tests {
    use std::io;

    use gateway::config::ConfigError;

    use super::*;

    #[test]
    fn what_stops_a_start_has_its_exit_code() {
        let cases = [
            (ServeError::DataDir(DataDirError::Locked), 4),
            (
                ServeError::DataDir(DataDirError::Unusable(io::ErrorKind::PermissionDenied.into())),
                4,
            ),
            (
                ServeError::Config(ConfigError::Invalid("the key listne is not known".into())),
                2,
            ),
            (ServeError::Insecure, 2),
            (
                ServeError::Bind(([127, 0, 0, 1], 7425).into(), io::ErrorKind::AddrInUse.into()),
                1,
            ),
            (ServeError::Io(io::ErrorKind::Other.into()), 1),
        ];
        for (error, status) in cases {
            let failure = failure(error);
            assert_eq!(failure.status.code(), status, "{}", failure.problem);
            assert!(failure.problem.message.ends_with('.'));
        }
    }

    #[test]
    fn fragments_become_sentences() {
        assert_eq!(sentence("another gateway uses it"), "Another gateway uses it.");
        assert_eq!(sentence("It stopped."), "It stopped.");
        assert_eq!(sentence(""), ".");
    }
}
