//! One connection to PostgreSQL: where it goes, how it is secured, and what a session is set to.

use std::{fmt, str::FromStr, sync::Arc, time::Duration};

use tokio_postgres::{
    Client, Config, Connection, Socket,
    config::{Host, SslMode, TargetSessionAttrs},
    tls::MakeTlsConnect,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{ledger::LedgerError, server};

const CONNECT: Duration = Duration::from_secs(5);
/// A peer that is silent for so long is gone; the kernel closes the connection.
const SILENCE: Duration = Duration::from_secs(10);

/// A session whose gateway vanished lets go of its locks; none waits for one for ever; and a commit
/// that is answered is on the disk, whatever the server's default says.
const SETTINGS: &str = "
SET idle_in_transaction_session_timeout = '10s';
SET lock_timeout = '10s';
SELECT set_config('synchronous_commit', 'on', false)
 WHERE current_setting('synchronous_commit') IN ('off', 'local');
";

/// Where the database is, with the password to it: shown nowhere.
#[derive(Clone)]
pub struct DatabaseUrl(Arc<Config>);

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseUrl(..)")
    }
}

/// Compared by everything but the password.
impl PartialEq for DatabaseUrl {
    fn eq(&self, other: &Self) -> bool {
        format!("{:?}", self.0) == format!("{:?}", other.0)
    }
}

#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("a database's address looks like postgres://USER:PASSWORD@HOST:PORT/NAME")]
pub struct NotADatabaseUrl;

impl FromStr for DatabaseUrl {
    type Err = NotADatabaseUrl;

    fn from_str(text: &str) -> Result<Self, NotADatabaseUrl> {
        if !(text.starts_with("postgres://") || text.starts_with("postgresql://")) {
            return Err(NotADatabaseUrl);
        }
        let mut config: Config = text.parse().map_err(|_| NotADatabaseUrl)?;
        if config.get_hosts().is_empty() {
            return Err(NotADatabaseUrl);
        }
        if !text.contains("sslmode=") {
            // A password and everybody's usage do not cross a network in the clear.
            let mode = if is_local(&config) {
                SslMode::Disable
            } else {
                SslMode::Require
            };
            config.ssl_mode(mode);
        }
        config
            .application_name("token-tracker")
            .connect_timeout(CONNECT)
            .tcp_user_timeout(SILENCE)
            .keepalives_idle(SILENCE)
            .target_session_attrs(TargetSessionAttrs::ReadWrite);
        Ok(Self(Arc::new(config)))
    }
}

fn is_local(config: &Config) -> bool {
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

/// The task that moves a connection's bytes; somebody has to poll it.
pub(super) type Wire = Connection<Socket, <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream>;

impl DatabaseUrl {
    /// A connection with its settings made.
    pub(super) async fn connect(&self) -> Result<Client, LedgerError> {
        let (client, wire) = self.dial().await?;
        tokio::spawn(async move {
            if let Err(error) = wire.await {
                tracing::debug!("A connection to the database ended: {error}");
            }
        });
        client.batch_execute(SETTINGS).await.map_err(unreachable)?;
        Ok(client)
    }

    /// A connection whose wire the caller polls, to hear what the server says unasked.
    pub(super) async fn dial(&self) -> Result<(Client, Wire), LedgerError> {
        let tls = server::client_config().map_err(|error| LedgerError::Open(error.to_string()))?;
        let tls = MakeTls(MakeRustlsConnect::new((*tls).clone()));
        tokio::time::timeout(CONNECT * 2, self.0.connect(tls))
            .await
            .map_err(|_| LedgerError::Unreachable("connecting took too long".into()))?
            .map_err(unreachable)
    }
}

/// Makes TLS ready for every connection, also for one by a socket in the file system, which has no
/// host's name and will not speak it.
struct MakeTls(MakeRustlsConnect);

impl MakeTlsConnect<Socket> for MakeTls {
    type Stream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;
    type TlsConnect = <MakeRustlsConnect as MakeTlsConnect<Socket>>::TlsConnect;
    type Error = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Error;

    fn make_tls_connect(&mut self, host: &str) -> Result<Self::TlsConnect, Self::Error> {
        let host = if host.is_empty() { "localhost" } else { host };
        MakeTlsConnect::<Socket>::make_tls_connect(&mut self.0, host)
    }
}

/// The database's words never repeat the password.
pub(super) fn unreachable(error: tokio_postgres::Error) -> LedgerError {
    LedgerError::Unreachable(describe(&error))
}

/// An error with its cause, which the driver's own text leaves out.
pub(super) fn describe(error: &tokio_postgres::Error) -> String {
    use std::error::Error as _;
    match error.source() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(url: &str) -> SslMode {
        url.parse::<DatabaseUrl>().unwrap().0.get_ssl_mode()
    }

    #[test]
    fn a_network_is_crossed_by_tls_unless_the_address_says_otherwise() {
        assert_eq!(mode("postgres://a:b@db.example.com/tt"), SslMode::Require);
        assert_eq!(
            mode("postgres://a:b@db.example.com/tt?sslmode=disable"),
            SslMode::Disable
        );
        assert_eq!(mode("postgres://a:b@127.0.0.1/tt"), SslMode::Disable);
        assert_eq!(mode("postgresql://a@localhost/tt"), SslMode::Disable);
        assert_eq!(mode("postgres://a@%2Frun%2Fpostgresql/tt"), SslMode::Disable);
    }

    #[test]
    fn what_is_no_address_is_refused_and_a_password_is_not_shown() {
        for text in [
            "",
            "sqlite://x",
            "postgres://",
            "postgres:///tt",
            "postgres://h:port/x",
        ] {
            assert!(text.parse::<DatabaseUrl>().is_err(), "{text}");
        }
        let url: DatabaseUrl = "postgres://a:hunter2@h/tt".parse().unwrap();
        assert!(!format!("{url:?}").contains("hunter2"));
    }
}
