//! The configuration file, and what the command line and the environment add to it.

mod alerts;
mod check;
mod limits;
mod reconcile;
mod sign_in;

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use protocol::{Money, api::Capability};
use serde::Deserialize;
use usage::pricing::{Multiplier, Price, Rate, Rates};

use crate::network::{NetworkError, Reach};

pub use alerts::{AlertsConfig, SmtpConfig, SmtpTls};
pub use limits::Limits;
pub use reconcile::{ReconcileConfig, Tolerance};
pub use sign_in::{SignInConfig, SignInKind, is_safe_url};

use crate::catalogue::{MaxPrice, ProxySetting};

/// What `serve` was started with; a value here beats the file's.
#[derive(Clone, Debug, Default)]
pub struct ServeOptions {
    pub data_dir: PathBuf,
    pub config: Option<PathBuf>,
    pub listen: Option<SocketAddr>,
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    /// The reverse proxies whose `X-Forwarded-For` counts; naming one allows plain HTTP to other
    /// addresses than loopback.
    pub behind_proxy: Vec<IpAddr>,
    pub public_url: Option<String>,
    /// `postgres://…`; `None`: the one that the data directory has used before, else a file in it.
    pub database_url: Option<String>,
    /// Shows the owner's one-time link of a first start. It is a secret, and no line of the log.
    pub announce: Option<fn(&str)>,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("the gateway was started without a configuration file")]
    NoFile,
    #[error("the configuration file cannot be read: {0}")]
    Unreadable(std::io::Error),
    #[error("the configuration file is not right: {0}")]
    Invalid(String),
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Config {
    pub listen: Option<SocketAddr>,
    pub public_url: Option<String>,
    pub tls_cert: Option<PathBuf>,
    pub tls_key: Option<PathBuf>,
    pub trusted_proxies: Vec<IpAddr>,
    /// Networks in which upstreams that are added over the API may be, beside public addresses.
    pub allow_private_upstreams: Vec<String>,
    /// The HTTP proxy to all upstreams that name none of their own. Default: the environment's.
    pub upstream_proxy: Option<ProxySetting>,
    /// Look for Ollama and llama.cpp servers on loopback. Default: only when the file names no
    /// upstream.
    pub discover: Option<bool>,
    /// Where the days and months of spending caps begin; an IANA name. Default: UTC.
    pub timezone: Option<String>,
    pub limits: Limits,
    pub log: LogConfig,
    pub telemetry: TelemetryConfig,
    pub reconcile: ReconcileConfig,
    /// Services by which members sign in, beside passwords and passkeys.
    pub sign_in: Vec<SignInConfig>,
    pub alerts: AlertsConfig,
    /// Who takes e-mails.
    pub smtp: Option<SmtpConfig>,
    #[serde(rename = "upstream")]
    pub upstreams: Vec<UpstreamConfig>,
    #[serde(rename = "model")]
    pub models: Vec<ModelConfig>,
}

/// Where traces go. Off unless a collector is named.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default)]
pub struct TelemetryConfig {
    /// The address of a collector that speaks OTLP over HTTP, such as `http://127.0.0.1:4318`.
    pub otlp_endpoint: Option<String>,
    pub service_name: String,
    /// The share of requests that begin a trace; those of a client that is in one follow it.
    pub sample_ratio: f64,
    /// Upstreams are told which trace they are in.
    pub pass_on_upstream: bool,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            otlp_endpoint: None,
            service_name: "token-tracker".into(),
            sample_ratio: 1.0,
            pass_on_upstream: false,
        }
    }
}

/// What is written to the log, and in which form.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LogConfig {
    pub format: LogFormat,
    /// One line for each request of the data plane.
    pub requests: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

#[derive(Clone, Debug, Deserialize)]
pub struct UpstreamConfig {
    pub name: String,
    #[serde(default = "openai_compatible")]
    pub provider: String,
    /// Default: the provider's own.
    pub base_url: Option<String>,
    pub api_key_env: Option<String>,
    pub api_key_file: Option<PathBuf>,
    /// The key that may read what the service bills; never used for anything else.
    pub billing_key_env: Option<String>,
    pub billing_key_file: Option<PathBuf>,
    pub dialects: Option<Vec<String>>,
    /// How many requests it gets at the same time; others wait their turn.
    pub max_concurrent: Option<usize>,
    pub upstream_proxy: Option<ProxySetting>,
    /// Several requests share a connection, where the upstream offers that. Default: yes.
    pub http2: Option<bool>,
    /// It came over the API, not from the file.
    #[serde(skip)]
    pub is_added: bool,
}

fn openai_compatible() -> String {
    "openai-compatible".into()
}

#[derive(Clone, Debug, Deserialize)]
pub struct ModelConfig {
    pub id: String,
    pub upstream: Option<String>,
    pub upstream_model: Option<String>,
    #[serde(default)]
    pub routes: Vec<RouteConfig>,
    /// The models that it stands for, best first: each request gets the first that fits it.
    pub choose: Option<Vec<String>>,
    /// Of those, none that costs more.
    pub max_price: Option<MaxPriceConfig>,
    pub capabilities: Option<Vec<Capability>>,
    pub fim: Option<String>,
    pub price: Option<PriceConfig>,
    pub multiplier: Option<String>,
    pub context_window: Option<u64>,
    /// The most output tokens that one request may ask for.
    pub output_max: Option<u64>,
    /// The most input tokens that one image can be. Default: what the model's family is known for.
    pub image_tokens_max: Option<u64>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct RouteConfig {
    pub upstream: String,
    pub upstream_model: Option<String>,
    /// Where this route costs something else than the model.
    pub price: Option<PriceConfig>,
    #[serde(default = "one")]
    pub weight: u32,
}

fn one() -> u32 {
    1
}

/// Decimal US dollars for a million tokens: one for both, or one for each.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum MaxPriceConfig {
    Both(String),
    Each {
        input: Option<String>,
        output: Option<String>,
    },
}

impl MaxPriceConfig {
    pub fn max_price(&self) -> Result<MaxPrice, String> {
        let amount = |text: &String| Money::parse_usd(text).map_err(|error| format!("max_price: {error}"));
        let (input, output) = match self {
            Self::Both(both) => (Some(both), Some(both)),
            Self::Each { input, output } => (input.as_ref(), output.as_ref()),
        };
        Ok(MaxPrice {
            input: input.map(amount).transpose()?,
            output: output.map(amount).transpose()?,
        })
    }
}

/// `"free"`, or decimal US dollars for a million tokens.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum PriceConfig {
    Word(String),
    Rates {
        input: String,
        output: String,
        cache_read: Option<String>,
        cache_write: Option<String>,
        cache_write_1h: Option<String>,
    },
}

impl Config {
    /// What upstreams that are added over the API may reach.
    pub fn reach(&self) -> Result<Reach, NetworkError> {
        let networks = self.allow_private_upstreams.iter().map(|text| text.parse());
        networks.collect::<Result<_, _>>().map(Reach::new)
    }

    /// Reads and checks the file. Unknown keys are errors that name the nearest known one.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        Self::parse(&std::fs::read_to_string(path).map_err(ConfigError::Unreadable)?)
    }

    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let table: toml::Table =
            toml::from_str(text).map_err(|error| ConfigError::Invalid(error.to_string()))?;
        check::unknown_keys(&table)?;
        let config: Self = toml::from_str(text).map_err(|error| ConfigError::Invalid(error.to_string()))?;
        check::references(&config)?;
        Ok(config)
    }
}

impl PriceConfig {
    /// The price with its multiplier; the message says what is wrong with which member.
    pub fn price(&self, multiplier: Option<&str>) -> Result<Price, String> {
        let price = match self {
            Self::Word(word) if word == "free" => return Ok(Price::FREE),
            Self::Word(_) => return Err("price is \"free\" or a table of rates".into()),
            Self::Rates {
                input,
                output,
                cache_read,
                cache_write,
                cache_write_1h,
            } => {
                let rate = |name: &str, text: &str| -> Result<Rate, String> {
                    text.parse().map_err(|error| format!("price.{name}: {error}"))
                };
                let (input, output) = (rate("input", input)?, rate("output", output)?);
                let mut rates = Rates::flat(input, output);
                if let Some(text) = cache_read {
                    rates.cache_read = rate("cache_read", text)?;
                }
                if let Some(text) = cache_write {
                    rates.cache_write = rate("cache_write", text)?;
                }
                if let Some(text) = cache_write_1h {
                    rates.cache_write_1h = Some(rate("cache_write_1h", text)?);
                }
                Price::of(rates)
            }
        };
        let price = price.with_multiplier(parse_multiplier(multiplier)?);
        Ok(price.with_version("config"))
    }
}

pub(crate) fn parse_multiplier(text: Option<&str>) -> Result<Multiplier, String> {
    text.map_or(Ok(Multiplier::ONE), |text| {
        text.parse().map_err(|error| format!("multiplier: {error}"))
    })
}
