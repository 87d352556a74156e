//! From the rows that say what is to be sent to whoever it is for.
//!
//! A delivery is taken, tried, and written down: it arrived, or when it is tried again. A gateway
//! that ends in between leaves it taken for a minute, after which it is tried again: what was
//! delivered by then may arrive twice, under the same id, and nothing is lost.

use std::{
    sync::{Arc, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use jiff::tz::TimeZone;
use protocol::api::{Alert, AlertKind, ChannelKind, ChannelTest};
use rustls::ClientConfig;
use tokio::time::timeout;
use uuid::Uuid;

use super::{mail, webhook};
use crate::{
    clock::{new_id, now_ms},
    config::{Config, SmtpConfig},
    ledger::{
        AlertChange, ChannelRecord, DeliveryTry, DueDelivery, LedgerError, PeopleChange, PeopleRequest,
        TRY_MS,
    },
    network::Reach,
    secrets::Envelope,
    state::Gateway,
};

/// The pause between two looks for what is due.
const LOOK: Duration = Duration::from_secs(1);
/// The pause after a first failure; each further one is three times as long, up to the longest.
const PAUSE_MS: i64 = 1_000;
const PAUSE_MS_MAX: i64 = 15 * 60_000;
/// A day's worth of them.
const ATTEMPTS_MAX: i64 = 100;

/// What a message is made and sent with.
pub(super) struct Sender<'a> {
    pub smtp: Option<&'a SmtpConfig>,
    pub reach: Reach,
    pub envelope: &'a Envelope,
    pub public_url: &'a str,
    pub zone: TimeZone,
}

impl<'a> Sender<'a> {
    fn of(gateway: &'a Gateway, config: &'a Config) -> Self {
        Self {
            smtp: config.smtp.as_ref(),
            // The file was checked when it was read.
            reach: config.alerts.reach().unwrap_or_default(),
            envelope: &gateway.envelope,
            public_url: &gateway.public_url,
            zone: gateway.settings.zone(),
        }
    }

    async fn send(
        &self,
        tls: &Arc<ClientConfig>,
        channel: &ChannelRecord,
        delivery: Uuid,
        alert: Option<&Alert>,
    ) -> Result<(), String> {
        let sending = async {
            match channel.kind {
                ChannelKind::Email => mail::send(self, &channel.to, delivery, alert).await,
                ChannelKind::Webhook => webhook::send(self, tls, channel, delivery, alert).await,
            }
        };
        // Another gateway may take it after that.
        let patience = Duration::from_millis((TRY_MS - 10_000).unsigned_abs());
        let sent = timeout(patience, sending).await;
        sent.unwrap_or_else(|_| Err("It took too long.".into()))
    }
}

/// As people call it.
pub(super) const fn kind_name(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::ApproachingLimit => "Approaching limit",
        AlertKind::LimitExceeded => "Limit exceeded",
        AlertKind::HighDailyCost => "High daily cost",
        AlertKind::ServiceDown => "Service down",
        AlertKind::UnusualActivity => "Unusual activity",
        AlertKind::Variance => "Variance",
    }
}

/// When there may be something to send again.
pub async fn until_something_is_due(gateway: &Gateway) {
    let _ = timeout(LOOK, gateway.alerts.ring.notified()).await;
}

/// Tries everything that is due, all at the same time: one that is slow keeps no other waiting.
pub async fn send_due(gateway: &Gateway, tls: &Arc<ClientConfig>) -> Result<(), LedgerError> {
    let due = gateway.reader.alerts().due(now_ms()).await?;
    if due.is_empty() {
        return Ok(());
    }
    let channels = gateway.reader.alerts().channels().await?;
    let config = gateway.settings.config();
    let sender = Sender::of(gateway, &config);
    let tries = due.iter().map(|due| {
        let channel = channels.iter().find(|channel| channel.id == due.channel);
        attempt(gateway, &sender, tls, due, channel)
    });
    let tried = join_all(tries).await;
    gateway.events.note_alerts();
    tried.into_iter().collect()
}

async fn attempt(
    gateway: &Gateway,
    sender: &Sender<'_>,
    tls: &Arc<ClientConfig>,
    due: &DueDelivery,
    channel: Option<&ChannelRecord>,
) -> Result<(), LedgerError> {
    if !write(gateway, AlertChange::Take(due.id)).await? {
        return Ok(());
    }
    let alert = gateway.reader.alerts().one(due.alert).await?;
    let outcome = match (channel.filter(|channel| channel.is_enabled), &alert) {
        (Some(channel), Some(alert)) => sender.send(tls, channel, due.id, Some(alert)).await,
        _ => return give_up(gateway, due, "It was switched off before it was sent.").await,
    };
    let attempts = due.attempts + 1;
    let next_at = match &outcome {
        Ok(()) => None,
        Err(_) if attempts >= ATTEMPTS_MAX => None,
        Err(_) => Some(now_ms() + pause_ms(due.attempts)),
    };
    if let Err(why) = &outcome {
        tracing::warn!(delivery.id = %due.id, attempts, "An alert was not delivered: {why}");
    }
    let tried = DeliveryTry {
        id: due.id,
        problem: outcome.err(),
        next_at,
    };
    write(gateway, AlertChange::Tried(tried)).await.map(drop)
}

async fn give_up(gateway: &Gateway, due: &DueDelivery, why: &str) -> Result<(), LedgerError> {
    let tried = DeliveryTry {
        id: due.id,
        problem: Some(why.to_owned()),
        next_at: None,
    };
    write(gateway, AlertChange::Tried(tried)).await.map(drop)
}

/// After so many failures before this one.
fn pause_ms(failures: i64) -> i64 {
    let tripled = u32::try_from(failures).unwrap_or(u32::MAX).min(12);
    PAUSE_MS
        .saturating_mul(3_i64.saturating_pow(tripled))
        .min(PAUSE_MS_MAX)
}

async fn write(gateway: &Gateway, change: AlertChange) -> Result<bool, LedgerError> {
    let request = PeopleRequest {
        at: now_ms(),
        change: PeopleChange::Alerts(Box::new(change)),
        note: None,
        asked: None,
    };
    Ok(gateway.ledger.people(request).await?.is_ok())
}

/// Sends what people send to try a channel, at once and only once.
pub async fn keep_testing(gateway: Arc<Gateway>, tls: Arc<ClientConfig>) {
    let asked = gateway
        .alerts
        .asked
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    let Some(mut asked) = asked else { return };
    while let Some((channel, done)) = asked.recv().await {
        let config = gateway.settings.config();
        let sender = Sender::of(&gateway, &config);
        let problem = sender.send(&tls, &channel, new_id(), None).await.err();
        // Whoever asked may be gone.
        let _ = done.send(ChannelTest {
            delivered: problem.is_none(),
            problem,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_all_of_them_are_a_day() {
        let pauses: Vec<i64> = (0..ATTEMPTS_MAX - 1).map(pause_ms).collect();
        assert_eq!(pauses[..4], [1_000, 3_000, 9_000, 27_000]);
        assert_eq!(pauses.last(), Some(&PAUSE_MS_MAX));
        let hours = pauses.iter().sum::<i64>() / 3_600_000;
        assert!((22..=26).contains(&hours), "{hours}");
    }
}
