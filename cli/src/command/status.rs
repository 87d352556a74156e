use clap::Args;
use protocol::{Problem, client::GatewayClient};
use serde::Serialize;

use crate::{
    call,
    context::{Context, Viewer},
    failure::Failure,
    output::Output,
    signed_in::SignedIn,
    table::facts,
};

#[derive(Args)]
pub struct Status {}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Standing {
    gateway_url: String,
    /// The gateway takes requests.
    ready: bool,
    /// Null where no device is signed in.
    account: Option<SignedIn>,
    #[serde(skip)]
    you: &'static str,
}

impl Status {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let viewer = context.viewer().await?;
        let client = viewer.client();
        let ready = is_ready(client).await?;
        let account = match &viewer {
            Viewer::Owner(_) | Viewer::Member(_) => None,
            Viewer::Device(device) => {
                let account = client.account().await?;
                Some(SignedIn::new(client.gateway_url(), Some(device.store), account))
            }
        };
        let standing = Standing {
            gateway_url: client.gateway_url().to_string(),
            ready,
            account,
            you: match viewer {
                Viewer::Member(_) => "a member, logged in; no device is signed in here",
                _ => "the gateway's owner; no device is signed in here",
            },
        };
        Ok(Output::new(standing.text(), &standing)?)
    }
}

impl Standing {
    fn text(&self) -> String {
        let ready = if self.ready {
            "ready"
        } else {
            "starting or stopping"
        };
        let mut lines = vec![("state", ready.to_owned())];
        match &self.account {
            Some(account) => lines.extend(account.facts()),
            None => lines.extend([("gateway", self.gateway_url.clone()), ("you", self.you.into())]),
        }
        facts(&lines)
    }
}

/// Asks `/readyz`, which needs no credential.
async fn is_ready(client: &GatewayClient) -> Result<bool, Problem> {
    let answer = client.http().get(client.address("/readyz")).send().await;
    answer
        .map(|response| response.status().is_success())
        .map_err(|error| call::unreachable(&error))
}
