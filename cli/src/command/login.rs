//! Links this machine to a member from a signed-in browser (RFC 8628), and what goes with it.

mod logout;
mod pace;
mod whoami;

use std::io::Write;

use clap::Args;
use protocol::{
    Code, Problem,
    api::{DeviceCodeAnswer, DeviceCodeRequest, DeviceFlowScope, OwnToken},
    client::GatewayClient,
    credential::{Credential, Login as Known, LoginStores},
    editor::CredentialStore,
};
use serde::Serialize;
use tokio::time::Instant;
use zeroize::Zeroize;

pub use self::{logout::Logout, whoami::Whoami};
use self::{pace::Pace, whoami::LoggedIn};
use crate::{
    command::redeem::machine_name, context::Context, failure::Failure, output::Output, table::facts,
};

#[derive(Args)]
pub struct Login {
    /// How this machine is called in the list of your tokens [default: its name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// What a program that runs us shows to the person, as one line on standard error.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Prompt<'a> {
    user_code: &'a str,
    verification_uri: &'a str,
    verification_uri_complete: &'a str,
    expires_in: u64,
}

impl Login {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let stores = context.login_stores()?;
        stores.check_writable()?;
        let client = context.client(context.gateway_to_redeem_at()?)?;
        let asked = client.ask_for_code(&self.request()).await?;
        show(&asked, context.json)?;
        let client = client.with_credential(wait(&client, &asked).await?);
        let own = client.own_token().await?;
        let before = stores.load().await.ok().flatten();
        let store = keep(&stores, &client, &own).await?;
        end_login_before(context, before).await;
        let logged_in = LoggedIn::new(client.gateway_url(), store, own);
        let text = format!(
            "You are logged in.\n{}",
            facts(&logged_in.facts(jiff::Timestamp::now()))
        );
        Ok(Output::new(text, &logged_in)?)
    }

    fn request(&self) -> DeviceCodeRequest {
        DeviceCodeRequest {
            scope: DeviceFlowScope::Token,
            device_name: Some(self.name.clone().unwrap_or_else(machine_name)),
            os: Some(std::env::consts::OS.into()),
            client: Some("token-tracker".into()),
            version: Some(env!("CARGO_PKG_VERSION").into()),
        }
    }
}

/// On standard error: standard output has nothing before the login has succeeded.
fn show(asked: &DeviceCodeAnswer, json: bool) -> Result<(), Failure> {
    let text = if json {
        let prompt = Prompt {
            user_code: &asked.user_code,
            verification_uri: &asked.verification_uri,
            verification_uri_complete: &asked.verification_uri_complete,
            expires_in: asked.expires_in,
        };
        format!("{}\n", serde_json::to_string(&prompt)?)
    } else {
        prompt_text(asked)
    };
    let mut stderr = anstream::stderr().lock();
    let shown = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    shown.map_err(|_| Failure::usage("There is nowhere to show the code.", "Leave standard error open."))
}

fn prompt_text(asked: &DeviceCodeAnswer) -> String {
    format!(
        "Open this page in a browser where you are signed in, and confirm the code if it is the same:\n\n  \
         {}\n\n  code  {}\n\nWaiting for up to {} minutes …\n",
        asked.verification_uri_complete,
        asked.user_code,
        asked.expires_in.div_ceil(60)
    )
}

/// Asks until somebody has answered, no more often than the gateway wants.
async fn wait(client: &GatewayClient, asked: &DeviceCodeAnswer) -> Result<Credential, Problem> {
    let ends = Instant::now() + std::time::Duration::from_secs(asked.expires_in);
    let mut pace = Pace::new(asked.interval);
    loop {
        let next = Instant::now() + pace.interval();
        if next > ends {
            return Err(pace::expired());
        }
        tokio::time::sleep_until(next).await;
        if let Some(mut granted) = pace.after(client.ask_for_token(&asked.device_code).await)? {
            let token = Credential::parse(&granted.access_token);
            granted.access_token.zeroize();
            return token;
        }
    }
}

/// Keeps the token. One that nothing keeps is revoked again: nobody could ever use it.
async fn keep(
    stores: &LoginStores,
    client: &GatewayClient,
    own: &OwnToken,
) -> Result<CredentialStore, Problem> {
    let token = client.credential().ok_or_else(not_logged_in)?;
    match stores.save(client.gateway_url(), token, own.token.id).await {
        Ok(store) => Ok(store),
        Err(problem) => match client.revoke_own_token().await {
            Ok(()) => Err(problem),
            Err(_) => {
                let text = format!(
                    "{} The token …{} is kept nowhere and still valid: revoke it in the settings.",
                    problem.message, own.token.last4
                );
                Err(Problem::new(problem.code, text).with_hint(problem.hint))
            }
        },
    }
}

/// Nobody has the token of the login before any more; whether its gateway can be told or not.
async fn end_login_before(context: &Context, before: Option<Known>) {
    let Some(before) = before else { return };
    if let Ok(client) = context.client(before.gateway_url)
        && let Err(problem) = client.with_credential(before.token).revoke_own_token().await
    {
        tracing::info!(code = %problem.code, "The token of the login before could not be revoked");
    }
}

/// Nobody has run `login` here, or somewhere else than where it is asked for.
pub fn not_logged_in() -> Problem {
    Problem::new(Code::NotSignedIn, "Nobody is logged in here.").with_hint("Run `token-tracker login`.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_sees_where_to_go_and_what_to_compare() {
        let asked = DeviceCodeAnswer {
            device_code: "ttc_secret".into(),
            user_code: "BCDF-GHJK".into(),
            verification_uri: "https://ai.example.com/device".into(),
            verification_uri_complete: "https://ai.example.com/device?code=BCDF-GHJK".into(),
            expires_in: 600,
            interval: 5,
        };
        insta::assert_snapshot!(prompt_text(&asked), @r"
        Open this page in a browser where you are signed in, and confirm the code if it is the same:

          https://ai.example.com/device?code=BCDF-GHJK

          code  BCDF-GHJK

        Waiting for up to 10 minutes …
        ");
    }
}
