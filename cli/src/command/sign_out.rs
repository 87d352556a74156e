use clap::Args;
use protocol::{Code, Problem, editor::CredentialStore};
use serde::Serialize;

use crate::{
    context::{Context, Device},
    failure::Failure,
    output::Output,
};

#[derive(Args)]
pub struct SignOut {
    /// Forget the credential even if the gateway cannot be reached; the key's place stays taken
    #[arg(long)]
    force: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SignedOut {
    signed_out: bool,
    /// The gateway knows, and the place on the key is free again.
    revoked: bool,
}

impl SignOut {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let device = context.device().await?;
        let revoked = match revoke(&device).await {
            Ok(()) => true,
            Err(_) if self.force => false,
            Err(problem) if problem.code == Code::GatewayUnreachable => {
                let hint =
                    "Try again when the gateway is back, or pass --force to forget the credential now.";
                return Err(problem.with_hint(hint).into());
            }
            Err(problem) => return Err(problem.into()),
        };
        context.stores().clear().await?;
        let text = text(revoked, device.store);
        Ok(Output::new(
            text,
            &SignedOut {
                signed_out: true,
                revoked,
            },
        )?)
    }
}

/// Revokes this device. One that the gateway no longer knows is signed out already.
async fn revoke(device: &Device) -> Result<(), Problem> {
    let answer = match device.client.account().await {
        Ok(account) => device.client.revoke_device(account.device_id).await,
        Err(problem) => Err(problem),
    };
    match answer {
        Err(problem) if matches!(problem.code, Code::Unauthorized | Code::CredentialRevoked) => Ok(()),
        other => other,
    }
}

fn text(revoked: bool, store: CredentialStore) -> String {
    let place = if revoked {
        "Its place on the token key is free again."
    } else {
        "The gateway was not told: the device keeps its place until its owner revokes it."
    };
    let rest = match store {
        CredentialStore::Environment => " TOKEN_TRACKER_CREDENTIAL still holds the credential; unset it.",
        _ => "",
    };
    format!("This device is signed out. {place}{rest}")
}
