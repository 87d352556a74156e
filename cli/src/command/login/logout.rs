use clap::Args;
use protocol::{Code, client::GatewayClient, editor::CredentialStore};
use serde::Serialize;

use super::not_logged_in;
use crate::{context::Context, failure::Failure, output::Output};

#[derive(Args)]
pub struct Logout {
    /// Forget the token even if the gateway cannot be reached; it stays valid until it ends or is revoked
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LoggedOut {
    logged_out: bool,
    /// The gateway knows, and the token is worth nothing any more.
    revoked: bool,
}

impl Logout {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let login = context.login().await?.ok_or_else(not_logged_in)?;
        let client = context.client(login.gateway_url)?.with_credential(login.token);
        let revoked = self.revoke(&client).await?;
        context.login_stores()?.clear().await?;
        let answer = LoggedOut {
            logged_out: true,
            revoked,
        };
        Ok(Output::new(text(revoked, login.store), &answer)?)
    }

    async fn revoke(&self, client: &GatewayClient) -> Result<bool, Failure> {
        match client.revoke_own_token().await {
            Ok(()) => Ok(true),
            // One that the gateway does not take any more is revoked already.
            Err(problem) if problem.code == Code::Unauthorized => Ok(true),
            Err(_) if self.force => Ok(false),
            Err(problem) if problem.code == Code::GatewayUnreachable => {
                let hint = "Try again when the gateway is back, or pass --force to forget the token now.";
                Err(problem.with_hint(hint).into())
            }
            Err(problem) => Err(problem.into()),
        }
    }
}

fn text(revoked: bool, store: CredentialStore) -> String {
    let token = if revoked {
        "The token is revoked."
    } else {
        "The gateway was not told: revoke the token in the dashboard's settings."
    };
    let rest = match store {
        CredentialStore::Environment => " TOKEN_TRACKER_TOKEN still holds it; unset it.",
        _ => "",
    };
    format!("You are logged out. {token}{rest}")
}
