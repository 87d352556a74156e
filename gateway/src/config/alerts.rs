//! Where alerts may go.

use std::{net::IpAddr, path::PathBuf};

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::network::{NetworkError, Reach};

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct AlertsConfig {
    /// Networks in which webhooks may be, beside public addresses.
    pub allow_private_webhooks: Vec<String>,
}

impl AlertsConfig {
    /// What webhooks may reach.
    pub fn reach(&self) -> Result<Reach, NetworkError> {
        let networks = self.allow_private_webhooks.iter().map(|text| text.parse());
        networks.collect::<Result<_, _>>().map(Reach::new)
    }
}

/// How the connection to a mail server is kept to oneself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SmtpTls {
    /// Begins in plain text and must change to TLS.
    #[default]
    Starttls,
    Tls,
    /// For a server on this machine.
    None,
}

/// A mail server. Its password is never in the file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SmtpConfig {
    pub host: String,
    /// Default: 587, with `tls` 465, without TLS 25.
    pub port: Option<u16>,
    #[serde(default)]
    pub tls: SmtpTls,
    pub username: Option<String>,
    pub password_env: Option<String>,
    pub password_file: Option<PathBuf>,
    /// `Token Tracker <tokens@example.com>`
    pub from: String,
}

impl SmtpConfig {
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            SmtpTls::Starttls => 587,
            SmtpTls::Tls => 465,
            SmtpTls::None => 25,
        })
    }

    /// What is wrong with it.
    pub fn check(&self) -> Result<(), String> {
        self.from
            .parse::<lettre::message::Mailbox>()
            .map_err(|_| "from looks like Token Tracker <tokens@example.com>".to_owned())?;
        let is_here =
            self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if self.tls == SmtpTls::None && !is_here {
            return Err("without TLS only a server on this machine is used".into());
        }
        let has_password = self.password_env.is_some() || self.password_file.is_some();
        if self.username.is_some() != has_password {
            return Err("username needs password_env or password_file, and they need it".into());
        }
        Ok(())
    }

    /// Read anew for each connection: it may be exchanged while the gateway runs.
    pub fn password(&self) -> Result<Option<Zeroizing<String>>, String> {
        if let Some(name) = &self.password_env {
            let value = std::env::var(name).map_err(|_| format!("the variable {name} is not set"))?;
            return Ok(Some(Zeroizing::new(value.trim().to_owned())));
        }
        let Some(path) = &self.password_file else {
            return Ok(None);
        };
        let text =
            std::fs::read_to_string(path).map_err(|_| "the password_file cannot be read".to_owned())?;
        Ok(Some(Zeroizing::new(Zeroizing::new(text).trim().to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    fn check(lines: &str) -> Result<(), String> {
        let text = format!("[smtp]\nfrom = \"Token Tracker <tokens@example.com>\"\n{lines}");
        Config::parse(&text).map(drop).map_err(|error| error.to_string())
    }

    #[test]
    fn a_password_never_goes_in_plain_text() {
        check("host = \"mail.example.com\"\nusername = \"u\"\npassword_env = \"P\"").unwrap();
        check("host = \"127.0.0.1\"\ntls = \"none\"\nport = 2525").unwrap();
        for wrong in [
            "host = \"mail.example.com\"\ntls = \"none\"",
            "host = \"mail.example.com\"\nusername = \"u\"",
            "host = \"mail.example.com\"\npassword_env = \"P\"",
            "host = \"mail.example.com\"\npassword = \"secret\"",
            "host = \"mail.example.com\"\nfrom2 = \"x\"",
        ] {
            assert!(check(wrong).is_err(), "{wrong}");
        }
    }
}
