//! Alerts to a program: a JSON body, signed as the Standard Webhooks specification says, so that
//! libraries for it can check the signature.

use std::{io, sync::Arc, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use http::{Request, header};
use http_body_util::Full;
use protocol::{ChannelId, api::Alert};
use ring::{hmac, rand::SecureRandom};
use rustls::ClientConfig;
use serde_json::json;
use tokio::time::timeout;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::send::Sender;
use crate::{
    catalogue::{Origin, ask},
    clock::{now_ms, timestamp},
    ledger::ChannelRecord,
    network::Reach,
};

const PATIENCE: Duration = Duration::from_secs(20);
/// What it answers is not read, but has to end.
const ANSWER_BYTES_MAX: usize = 256 * 1024;
const URL_BYTES_MAX: usize = 512;
const LOOK_UP_MAX: Duration = Duration::from_secs(5);
const SECRET_BYTES: usize = 32;
const PREFIX: &str = "whsec_";

/// What its secret is sealed for.
pub fn row_of(channel: ChannelId) -> String {
    format!("alert channel {channel}")
}

/// A secret to sign with; `None`: the system gave no random bytes.
pub fn new_secret() -> Option<Zeroizing<String>> {
    let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
    ring::rand::SystemRandom::new().fill(bytes.as_mut()).ok()?;
    Some(Zeroizing::new(format!(
        "{PREFIX}{}",
        BASE64_STANDARD.encode(bytes.as_slice())
    )))
}

fn origin(url: &str, reach: Reach) -> Option<Origin> {
    let origin = Origin::parse(url).ok()?;
    Some(origin.within(reach))
}

/// What is wrong with an address, if anything: now, and each time that it is connected to.
pub async fn check_url(url: &str, reach: Reach) -> Result<(), &'static str> {
    if url.len() > URL_BYTES_MAX {
        return Err("The address is too long.");
    }
    let origin = origin(url, reach)
        .ok_or("An address looks like https://ops.example.com/hook, without user or query.")?;
    match timeout(LOOK_UP_MAX, origin.is_permitted()).await {
        Ok(Ok(true)) => Ok(()),
        Ok(Ok(false)) => {
            Err("The address is private or in plain http, and its network is not in allow_private_webhooks.")
        }
        Ok(Err(_)) | Err(_) => Err("The name of the address leads nowhere."),
    }
}

pub(super) async fn send(
    sender: &Sender<'_>,
    tls: &Arc<ClientConfig>,
    channel: &ChannelRecord,
    delivery: Uuid,
    alert: Option<&Alert>,
) -> Result<(), String> {
    let url = channel.url.as_deref().unwrap_or_default();
    let origin = origin(url, sender.reach.clone()).ok_or("Its address is not one.")?;
    let sealed = channel.sealed.as_deref().unwrap_or_default();
    let secret = sender
        .envelope
        .unseal(&row_of(channel.id), sealed)
        .map_err(|_| "Its secret does not open: the key file is another one than before.")?;
    let request = request(&origin, &secret, delivery, &body(alert))?;
    let asked = timeout(PATIENCE, ask(&origin, tls, request, ANSWER_BYTES_MAX)).await;
    match asked {
        Ok(Ok((head, _))) if head.status.is_success() => Ok(()),
        Ok(Ok((head, _))) => Err(format!("It answered with status {}.", head.status.as_u16())),
        Ok(Err(error)) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err("Its address is private by now, and its network is not in allow_private_webhooks.".into())
        }
        Ok(Err(_)) => Err("It cannot be reached.".into()),
        Err(_) => Err("It did not answer in time.".into()),
    }
}

fn body(alert: Option<&Alert>) -> String {
    let (kind, at, data) = match alert {
        Some(alert) => {
            let mut data = json!(alert);
            // Where else it was sent is nobody's business there.
            if let Some(data) = data.as_object_mut() {
                data.remove("deliveries");
            }
            ("alert.raised", alert.raised_at, data)
        }
        None => ("alert.test", timestamp(now_ms()), json!({})),
    };
    json!({ "type": kind, "timestamp": at, "data": data }).to_string()
}

fn request(
    origin: &Origin,
    secret: &[u8],
    delivery: Uuid,
    body: &str,
) -> Result<Request<Full<Bytes>>, String> {
    let seconds = now_ms() / 1_000;
    let signature = signature(secret, delivery, seconds, body).ok_or("Its secret is not one.")?;
    let path = if origin.path.is_empty() { "/" } else { &origin.path };
    Request::post(path)
        .header(header::HOST, &origin.authority)
        .header(header::CONTENT_TYPE, "application/json")
        .header(
            header::USER_AGENT,
            concat!("token-tracker/", env!("CARGO_PKG_VERSION")),
        )
        .header("webhook-id", delivery.to_string())
        .header("webhook-timestamp", seconds)
        .header("webhook-signature", signature)
        .body(Full::from(body.to_owned()))
        .map_err(|_| "Its address is not one.".to_owned())
}

/// `v1,` and the HMAC-SHA-256 of `id.timestamp.body` under what follows the secret's prefix.
fn signature(secret: &[u8], delivery: Uuid, seconds: i64, body: &str) -> Option<String> {
    let text = std::str::from_utf8(secret).ok()?.strip_prefix(PREFIX)?;
    let key = Zeroizing::new(BASE64_STANDARD.decode(text).ok()?);
    let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
    let tag = hmac::sign(&key, format!("{delivery}.{seconds}.{body}").as_bytes());
    Some(format!("v1,{}", BASE64_STANDARD.encode(tag)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own reference libraries.
    #[test]
    fn a_signature_is_the_one_that_libraries_expect() {
        let key = hmac::Key::new(
            hmac::HMAC_SHA256,
            &BASE64_STANDARD
                .decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
                .unwrap(),
        );
        let id = Uuid::from_u128(7);
        let expected = hmac::sign(&key, format!("{id}.1614265330.{{}}").as_bytes());
        let made = signature(b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", id, 1_614_265_330, "{}").unwrap();
        assert_eq!(made, format!("v1,{}", BASE64_STANDARD.encode(expected)));
        assert!(signature(b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", id, 0, "").is_none());
    }

    #[test]
    fn secrets_are_long_and_never_the_same() {
        let (one, other) = (new_secret().unwrap(), new_secret().unwrap());
        assert_ne!(*one, *other);
        assert!(one.starts_with(PREFIX) && one.len() > 40);
    }

    #[tokio::test]
    async fn what_stands_beside_the_gateway_is_no_webhook() {
        for refused in [
            "http://127.0.0.1:9/x",
            "https://localhost/x",
            "https://10.0.0.1/",
            "https://u:p@example.com/",
            "https://example.com/?a=b",
            "x",
        ] {
            assert!(check_url(refused, Reach::default()).await.is_err(), "{refused}");
        }
        let listed = Reach::new(vec!["127.0.0.1".parse().unwrap()]);
        check_url("http://127.0.0.1:9/x", listed).await.unwrap();
    }
}
