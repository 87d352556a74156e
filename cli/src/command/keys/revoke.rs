use clap::Args;
use protocol::KeyId;
use serde::Serialize;

use super::find::find;
use crate::{context::Context, failure::Failure, output::Output};

#[derive(Args)]
pub struct Revoke {
    /// The key's id, or the last four characters of its code, as `keys list` shows them
    #[arg(value_name = "KEY")]
    key: String,
}

#[derive(Serialize)]
struct Revoked {
    revoked: KeyId,
}

impl Revoke {
    pub async fn run(self, context: &Context) -> Result<Output, Failure> {
        let client = context.admin().await?;
        let id = find(&client, &self.key).await?;
        client.revoke_key(id).await?;
        let text = format!("Key {id} is revoked; all its devices have stopped.");
        Ok(Output::new(text, &Revoked { revoked: id })?)
    }
}
