//! The one typed caller of the gateway, shared by the sidecar and the command line.
//!
//! A [`GatewayClient`] belongs to one gateway: redirects are not followed, `http://` is refused
//! beyond this machine, and nothing goes to a loopback address through a proxy.

mod address;
mod answer;
mod call;
mod device_flow;
mod network;
mod sharing;

use std::time::Duration;

use reqwest::{Method, RequestBuilder, header::AUTHORIZATION};
use url::Url;

use crate::{Code, Problem, credential::Credential};

pub use address::{GatewayUrl, RedeemLink};
pub use answer::{AnswerError, read_error};
pub use call::Redeemed;
pub use device_flow::FlowAnswer;
pub use network::Network;

/// Longest time for one call of the control plane, from the first byte out to the last byte in.
const CALL_TIME_MAX: Duration = Duration::from_secs(30);

/// One gateway, reached by one pool of connections, and the credential to show there.
#[derive(Clone)]
pub struct GatewayClient {
    http: reqwest::Client,
    url: GatewayUrl,
    credential: Option<Credential>,
}

impl GatewayClient {
    /// Prepares to call the gateway; nothing is sent yet.
    ///
    /// Reads the system's CA certificates when the gateway speaks TLS, which takes milliseconds:
    /// keep it off paths that must answer at once.
    pub fn new(url: GatewayUrl, network: &Network) -> Result<Self, Problem> {
        Ok(Self {
            http: network.http_client(&url)?,
            url,
            credential: None,
        })
    }

    /// The same gateway and connections, with a credential.
    #[must_use]
    pub fn with_credential(&self, credential: Credential) -> Self {
        Self {
            credential: Some(credential),
            ..self.clone()
        }
    }

    pub const fn gateway_url(&self) -> &GatewayUrl {
        &self.url
    }

    pub const fn credential(&self) -> Option<&Credential> {
        self.credential.as_ref()
    }

    /// The pool of connections, for streams.
    pub const fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The address of a path of the gateway, such as `/v1/models`.
    pub fn address(&self, path: &str) -> Url {
        self.url.join(path)
    }

    /// The value of the `Authorization` header, where there is a credential.
    fn request(&self, method: Method, url: Url) -> Result<RequestBuilder, Problem> {
        let credential = self.credential.as_ref().ok_or_else(not_signed_in)?;
        Ok(self
            .anonymous(method, url)
            .header(AUTHORIZATION, credential.bearer()?))
    }

    fn anonymous(&self, method: Method, url: Url) -> RequestBuilder {
        self.http.request(method, url).timeout(CALL_TIME_MAX)
    }
}

/// Nobody is signed in on this device.
pub fn not_signed_in() -> Problem {
    Problem::new(Code::NotSignedIn, "Nobody is signed in on this device.")
}
