//! Which key a person means.

use protocol::{Code, KeyId, Problem, api::KeySummary, client::GatewayClient};

/// A key by its id, or by the last four characters of its code where only one key ends like that.
pub async fn find(client: &GatewayClient, text: &str) -> Result<KeyId, Problem> {
    match text.parse() {
        Ok(id) => Ok(id),
        Err(_) => by_last_four(&client.keys().await?, text),
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
