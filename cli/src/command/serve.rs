use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use clap::Args;
use gateway::{ServeError, ServeOptions};
use protocol::{Code, Problem};
use serde_json::json;

use crate::{
    context::Context,
    failure::{ExitStatus, Failure},
    output::Output,
};

#[derive(Args)]
pub struct Serve {
    /// The address to listen on [default: the configuration's, else 127.0.0.1:7425]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Keep the ledger in PostgreSQL (not built yet; the data directory keeps it in SQLite)
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
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
}

impl Serve {
    /// Runs in the foreground until the process is asked to end.
    pub fn run(self, context: &Context) -> Result<Output, Failure> {
        if self.database_url.is_some() {
            return Err(Failure::usage(
                "A gateway on PostgreSQL is not built yet.",
                "Leave --database-url out: the ledger is then kept in the data directory.",
            ));
        }
        gateway::serve(self.options(context)).map_err(failure)?;
        Ok(Output::new("The gateway has stopped.", &json!({ "stopped": true }))?)
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
        }
    }
}
