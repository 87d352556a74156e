use clap::{Args, Subcommand};
use protocol::{
    api::{Upstream, UpstreamList, UpstreamSecretRequest},
    client::GatewayClient,
};
use reqwest::Method;
use serde::Serialize;

use crate::{
    call,
    context::Context,
    failure::Failure,
    output::Output,
    secret_input,
    table::{Column, render},
};

#[derive(Subcommand)]
pub enum Upstreams {
    /// List the configured providers, and whether a key is stored for each
    List(List),
    /// Store a provider's API key, encrypted; read from standard input or asked for without echo
    SetKey(SetKey),
    /// Store the key that may read what a provider bills, encrypted; given as for set-key
    SetBillingKey(SetKey),
}

#[derive(Args)]
pub struct List {}

#[derive(Args)]
pub struct SetKey {
    /// The upstream's name in the configuration
    upstream: String,
}

#[derive(Serialize)]
struct Stored {
    upstream: String,
}

impl Upstreams {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let client = context.admin().await?;
        match self {
            Self::List(_) => list(&client).await,
            Self::SetKey(set_key) => set_key.run(&client, "API key", "secret").await,
            Self::SetBillingKey(set_key) => set_key.run(&client, "billing key", "billing-secret").await,
        }
    }
}

async fn list(client: &GatewayClient) -> Result<Output, Failure> {
    let list: UpstreamList = client.get("/api/v1/upstreams").await?;
    let text = text(&list.upstreams);
    Ok(Output::new(text, &list)?)
}

impl SetKey {
    async fn run(self, client: &GatewayClient, what: &str, route: &str) -> Result<Output, Failure> {
        let prompt = format!("The {what} for {} (not shown): ", self.upstream);
        let secret = match secret_input::asked(&prompt) {
            Some(secret) => secret,
            None => secret_input::piped()?,
        };
        if secret.trim().is_empty() {
            return Err(Failure::usage(
                format!("No {what} was given."),
                "Send it to standard input, or run the command in a terminal to be asked.",
            ));
        }
        let mut address = client.address("/api/v1/upstreams");
        // A name may hold a slash, which must not become a path of its own.
        if let Ok(mut path) = address.path_segments_mut() {
            path.push(&self.upstream).push(route);
        }
        let body = UpstreamSecretRequest {
            secret: secret.trim().to_owned(),
        };
        call::send(call::request(client, Method::PUT, address)?.json(&body)).await?;
        let text = format!("The {what} of {} is stored, encrypted.", self.upstream);
        Ok(Output::new(
            text,
            &Stored {
                upstream: self.upstream,
            },
        )?)
    }
}

const COLUMNS: &[Column] = &[
    Column::Text("UPSTREAM"),
    Column::Text("PROVIDER"),
    Column::Text("STORED KEY"),
];

fn text(upstreams: &[Upstream]) -> String {
    if upstreams.is_empty() {
        return "The configuration names no upstream; the built-in models answer.".into();
    }
    let rows = upstreams.iter().map(|upstream| {
        let stored = upstream.secret_last4.as_ref();
        vec![
            upstream.name.clone(),
            upstream.provider.clone(),
            stored.map_or("none".into(), |last4| format!("…{last4}")),
        ]
    });
    render(COLUMNS, rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_shows_only_the_end_of_its_key() {
        let upstream = |name: &str, last4: Option<&str>| Upstream {
            name: name.into(),
            provider: "openai-compatible".into(),
            secret_last4: last4.map(str::to_owned),
            is_added: false,
        };
        insta::assert_snapshot!(text(&[upstream("local", None), upstream("groq", Some("x9Yz"))]), @r"
        UPSTREAM  PROVIDER           STORED KEY
        local     openai-compatible  none
        groq      openai-compatible  …x9Yz
        ");
    }
}
