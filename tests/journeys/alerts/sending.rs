//! How it reaches somebody who does not look: by e-mail and by webhook, once, and not at night.

use std::sync::Arc;

use http::Method;
use protocol::api::{AlertKind, ChannelCreated, ChannelTest, DeliveryState, Event};
use serde_json::{Value, json};
use tests::{
    Gateway, Serve, Upstream, eventually,
    upstream::{Call, Reply},
};

use super::{
    answers, config, looks_go_by,
    mailbox::{Mail, Mailbox, PASSWORD},
    set_rule, told,
};
use crate::{
    browser::{Browser, printed_link},
    events::Ear,
    stage::CODER,
};

/// A gateway whose owner is called Olga, where one answer is enough for an alert.
pub(super) struct Office {
    pub(super) upstream: Upstream,
    pub(super) gateway: Gateway,
    pub(super) olga: Browser,
}

impl Office {
    pub(super) async fn with(table: &str, certificate: Option<&Mailbox>) -> Self {
        let upstream = Upstream::start().await;
        answers(&upstream, 1_000, 500);
        let mut serve = Serve::new(&config(&upstream).table(table)).env("MAIL_PASSWORD", PASSWORD);
        if let Some(mailbox) = certificate {
            serve = serve.env("SSL_CERT_FILE", mailbox.certificate_file().to_str().unwrap());
        }
        let gateway = serve.start().await;
        let olga = Browser::use_link(&gateway, &printed_link(&gateway), "Olga").await;
        let office = Self {
            upstream,
            gateway,
            olga,
        };
        let rule =
            json!({ "kind": "highDailyCost", "scope": "gateway", "enabled": true, "amountNanoUsd": "1" });
        set_rule(&office.gateway, rule).await;
        office
    }

    pub(super) async fn add(&mut self, channel: Value) -> ChannelCreated {
        self.olga
            .post("/alerts/channels", channel)
            .await
            .expect(201)
            .parse()
    }

    pub(super) async fn test(&mut self, channel: &ChannelCreated) -> ChannelTest {
        let path = format!("/alerts/channels/{}/test", channel.channel.id);
        self.olga.post(&path, json!({})).await.expect(200).parse()
    }

    pub(super) async fn spend(&self) {
        self.gateway
            .device("5.00")
            .await
            .chat(CODER)
            .send()
            .await
            .expect(200);
    }
}

#[tokio::test]
async fn an_alert_arrives_by_e_mail_once_and_the_password_is_nowhere() {
    let mailbox = Mailbox::open().await;
    let mut office = Office::with(&mailbox.table(), Some(&mailbox)).await;
    let to = ["olga@example.com", "Ops <ops@example.com>"];
    let channel = office
        .add(json!({ "kind": "email", "name": "On call", "to": to }))
        .await;
    assert!(channel.secret.is_none());
    let tested = office.test(&channel).await;
    assert!(tested.delivered, "{tested:?}");
    office.spend().await;
    let mails = eventually("both mails", async || {
        let mails = mailbox.mails();
        (mails.len() == 2).then_some(mails)
    })
    .await;
    assert!(
        mails[0].text.contains("Subject: [Token Tracker] Test"),
        "{}",
        mails[0].text
    );
    assert_eq!(mails[1].to, ["olga@example.com", "ops@example.com"]);
    assert!(
        mails[1].text.contains("spent today, the line is $0.00"),
        "{}",
        mails[1].text
    );
    assert!(mails[1].text.contains("/alerts"), "{}", mails[1].text);
    let alert = eventually("the delivery to be written down", async || {
        let alert = told(&office.gateway, AlertKind::HighDailyCost, 1).await.remove(0);
        (alert.deliveries[0].state == DeliveryState::Delivered).then_some(alert)
    })
    .await;
    assert_eq!(alert.deliveries[0].attempts, 1);
    office.gateway.stop().await;
    office.gateway.restart().await;
    looks_go_by(&office.gateway).await;
    let about_the_day = |mail: &&Mail| mail.text.contains("spent today");
    assert_eq!(mailbox.mails().iter().filter(about_the_day).count(), 1);
    assert!(!office.gateway.log().contains(PASSWORD));
}

#[tokio::test]
async fn a_mail_server_that_refuses_is_told_of_in_words() {
    let mailbox = Mailbox::open().await;
    let table = mailbox.table().replace("MAIL_PASSWORD", "LOCAL_KEY");
    let mut office = Office::with(&table, Some(&mailbox)).await;
    let channel = office
        .add(json!({ "kind": "email", "name": "On call", "to": ["olga@example.com"] }))
        .await;
    let tested = office.test(&channel).await;
    assert_eq!(
        tested.problem.as_deref(),
        Some("The mail server refused it with 535.")
    );
}

/// A service that fails three times.
fn failing_hook(upstream: &Upstream) {
    upstream.on("", |call: &Call| {
        let status = if call.nth < 3 { 500 } else { 204 };
        Reply::json(status, &json!({}))
    });
}

pub(super) fn posts(hook: &Upstream) -> Vec<Arc<Call>> {
    let mut calls = hook.all_calls();
    calls.retain(|call| call.path == "/hook");
    calls
}

#[tokio::test]
async fn a_webhook_that_fails_three_times_gets_its_signed_message_across_a_restart() {
    let hook = Upstream::start().await;
    failing_hook(&hook);
    let mut office = Office::with("[alerts]\nallow_private_webhooks = [\"127.0.0.1\"]\n", None).await;
    let url = format!("http://{}/hook", hook.address());
    let channel = office
        .add(json!({ "kind": "webhook", "name": "Pager", "url": url }))
        .await;
    let secret = channel.secret.clone().unwrap();
    office.spend().await;
    eventually("two tries to be written down", async || {
        let dear = told(&office.gateway, AlertKind::HighDailyCost, 1).await.remove(0);
        (dear.deliveries[0].attempts >= 2).then_some(())
    })
    .await;
    // What it has tried is in the database, and so is what is left to do.
    office.gateway.kill().await;
    office.gateway.restart().await;
    eventually("four tries", async || (posts(&hook).len() >= 4).then_some(())).await;
    let alert = eventually("its arrival to be written down", async || {
        let alert = told(&office.gateway, AlertKind::HighDailyCost, 1).await.remove(0);
        (alert.deliveries[0].state == DeliveryState::Delivered).then_some(alert)
    })
    .await;
    let calls = posts(&hook);
    for call in &calls {
        assert_eq!(
            call.header("webhook-id"),
            calls[0].header("webhook-id"),
            "one message, tried again"
        );
        let signed = format!(
            "{}.{}.{}",
            call.header("webhook-id").unwrap(),
            call.header("webhook-timestamp").unwrap(),
            std::str::from_utf8(&call.body).unwrap()
        );
        assert_eq!(
            call.header("webhook-signature"),
            Some(&*signature(&secret, &signed))
        );
        assert_eq!(call.json()["type"], "alert.raised");
        assert_eq!(call.json()["data"]["id"], alert.id.to_string());
        assert!(call.json()["data"].get("deliveries").is_none());
    }
    looks_go_by(&office.gateway).await;
    let of_it = |call: &Arc<Call>| call.json()["data"]["id"] == alert.id.to_string();
    assert_eq!(
        posts(&hook).iter().filter(|call| of_it(call)).count(),
        4,
        "and never after it arrived"
    );
    assert!(!office.gateway.log().contains(&secret));
    drop(office.upstream);
}

/// Passes over what is told before, until one alert is open.
pub(super) async fn rings(ear: &mut Ear) {
    loop {
        match ear.next().await {
            Some(Event::Alerts { open: 1 }) => return,
            Some(_) => {}
            None => panic!("the stream ended before the bell rang"),
        }
    }
}

fn signature(secret: &str, text: &str) -> String {
    use std::process::{Command, Stdio};
    // A tool that knows nothing of ours works it out.
    let key = base64_to_hex(secret.strip_prefix("whsec_").unwrap());
    let mut openssl = Command::new("openssl")
        .args([
            "dgst",
            "-sha256",
            "-mac",
            "HMAC",
            "-macopt",
            &format!("hexkey:{key}"),
            "-binary",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("openssl is installed");
    std::io::Write::write_all(openssl.stdin.as_mut().unwrap(), text.as_bytes()).unwrap();
    let mac = openssl.wait_with_output().unwrap().stdout;
    format!("v1,{}", to_base64(&mac))
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn to_base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = three
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - three.len()));
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 63) as usize];
            text.push(if place <= three.len() { letter.into() } else { '=' });
        }
    }
    text
}

fn base64_to_hex(text: &str) -> String {
    let mut bits = 0_u32;
    let mut count = 0;
    let mut hex = String::new();
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let value = LETTERS.iter().position(|known| *known == letter).unwrap();
        bits = bits << 6 | u32::try_from(value).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            hex.push_str(&format!("{:02x}", bits >> count & 255));
        }
    }
    hex
}

#[tokio::test]
async fn private_addresses_are_no_webhooks_unless_they_are_listed() {
    let mut office = Office::with("", None).await;
    for url in [
        "http://127.0.0.1:9/hook",
        "https://169.254.169.254/latest",
        "https://localhost/hook",
    ] {
        let channel = json!({ "kind": "webhook", "name": "Pager", "url": url });
        let refused = office.olga.post("/alerts/channels", channel).await;
        assert_eq!(refused.code(), "invalid_request", "{url}");
    }
}

#[tokio::test]
async fn in_quiet_hours_the_bell_rings_and_the_mail_waits() {
    let mailbox = Mailbox::open().await;
    let mut office = Office::with(&mailbox.table(), Some(&mailbox)).await;
    office
        .add(json!({ "kind": "email", "name": "On call", "to": ["olga@example.com"] }))
        .await;
    let now = jiff::Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC);
    let at = |hours: i64| {
        now.checked_add(jiff::Span::new().hours(hours))
            .unwrap()
            .strftime("%H:%M")
            .to_string()
    };
    let hours = json!({ "enabled": true, "from": at(-1), "until": at(2), "urgentPass": true });
    office
        .olga
        .send(Method::PUT, "/alerts/quiet-hours", hours)
        .await
        .expect(200);
    let mut ear = Ear::on(office.olga.request(Method::GET, "/events")).await;
    office.spend().await;
    rings(&mut ear).await;
    let alert = told(&office.gateway, AlertKind::HighDailyCost, 1).await.remove(0);
    assert_eq!(alert.deliveries[0].state, DeliveryState::Waiting);
    let waits = alert.deliveries[0].next_at.unwrap().as_second() - alert.raised_at.as_second();
    assert!((3_600..=7_200).contains(&waits), "{waits}");
    assert!(mailbox.mails().is_empty());
}
