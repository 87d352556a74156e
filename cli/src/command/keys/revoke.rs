use clap::Args;
use protocol::{Code, KeyId, Problem, api::KeySummary};
use serde::Serialize;

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
        let client = context.admin()?;
        let id = match self.key.parse() {
            Ok(id) => id,
            Err(_) => by_last_four(&client.keys().await?, &self.key)?,
        };
        client.revoke_key(id).await?;
        let text = format!("Key {id} is revoked; all its devices have stopped.");
        Ok(Output::new(text, &Revoked { revoked: id })?)
    }
}

fn by_last_four(keys: &[KeySummary], last4: &str) -> Result<KeyId, Problem> {
    let last4 = last4.trim_start_matches('…');
    let mut found = keys.iter().filter(|key| key.last4.eq_ignore_ascii_case(last4));
    let problem = |message: &str| {
        Problem::new(Code::NotFound, message).with_hint("Take the id from `token-tracker keys list`.")
    };
    match (found.next(), found.next()) {
        (Some(key), None) => Ok(key.id),
        (Some(_), Some(_)) => Err(problem("Several keys end like that.")),
        _ => Err(problem("No key has that id or ends like that.")),
    }
}
