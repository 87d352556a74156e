//! Alerts as they are committed.

use std::collections::HashMap;

use jiff::Timestamp;
use protocol::{
    AlertId, AlertRuleId, ChannelId, MemberId,
    api::{Alert, AlertDelivery, AlertQuery, AlertState, AlertSubject, Channel, ChannelKind, DeliveryState},
};
use uuid::Uuid;

use super::change::{Failing, StoredRule};
use crate::{
    clock::timestamp,
    ledger::{
        LedgerError, Reader,
        people::{Row, RowError, Rows, Value, values},
    },
};

const PAGE_DEFAULT: u32 = 50;
const PAGE_MAX: u32 = 200;
const OPEN: &str = "acknowledged_at IS NULL AND resolved_at IS NULL AND ended_at IS NULL";
const DELIVERY: &str = "
SELECT alert_id, channel_id, alert_channel.kind, alert_channel.name, attempts, next_at, delivered_at, problem
  FROM alert_delivery JOIN alert_channel ON alert_channel.id = alert_delivery.channel_id";

/// An alert without its deliveries.
pub type AlertRecord = Alert;

#[derive(Clone, Debug)]
pub struct ChannelRecord {
    pub id: ChannelId,
    pub kind: ChannelKind,
    pub name: String,
    pub to: Vec<String>,
    pub url: Option<String>,
    pub sealed: Option<String>,
    pub created_at: i64,
    pub is_enabled: bool,
}

/// A delivery with the alert that it is of.
pub type DeliveryRecord = (AlertId, AlertDelivery);

/// Something that is to be sent now.
#[derive(Clone, Debug)]
pub struct DueDelivery {
    pub id: Uuid,
    pub alert: AlertId,
    pub channel: ChannelId,
    pub attempts: i64,
}

/// Reads alerts.
pub struct AlertReader<'a>(&'a Reader);

impl Reader {
    pub const fn alerts(&self) -> AlertReader<'_> {
        AlertReader(self)
    }
}

impl AlertReader<'_> {
    async fn all<T>(
        &self,
        sql: &str,
        values: &[Value],
        read: impl Fn(&Row) -> Result<T, RowError>,
    ) -> Result<Vec<T>, LedgerError> {
        let rows = self.0.rows(sql, values).await?;
        let records: Result<Vec<T>, RowError> = rows.iter().map(read).collect();
        Ok(records?)
    }

    /// What alerts are live, put away or not.
    pub async fn live(&self) -> Result<Vec<String>, LedgerError> {
        let sql = "SELECT dedup FROM alert WHERE ended_at IS NULL";
        self.all(sql, &[], |row| row.text(0)).await
    }

    pub async fn open(&self, member: Option<MemberId>) -> Result<u64, LedgerError> {
        let sql = format!("SELECT COUNT(*) FROM alert WHERE {OPEN} AND (member_id = ?1 OR ?1 IS NULL)");
        let counts = self.all(&sql, values![member], |row| row.int(0)).await?;
        Ok(counts.first().copied().unwrap_or(0).unsigned_abs())
    }

    /// What a page would show of the alerts, in one number: another one when any of them changed.
    pub async fn mark(&self) -> Result<String, LedgerError> {
        let sql = "SELECT COUNT(*), COUNT(acknowledged_at), COUNT(resolved_at), COUNT(ended_at), MAX(raised_at) FROM alert";
        let marks = self.all(sql, &[], |row| Ok(format!("{row:?}"))).await?;
        Ok(marks.into_iter().next().unwrap_or_default())
    }

    /// One page, newest first, and the `before` of the next one. Of `member` alone, if there is one.
    pub async fn list(
        &self,
        query: &AlertQuery,
        member: Option<MemberId>,
        since: i64,
    ) -> Result<(Vec<AlertRecord>, Option<AlertId>), LedgerError> {
        let limit = query.limit.unwrap_or(PAGE_DEFAULT).clamp(1, PAGE_MAX);
        let state = match query.state {
            None => "1 = 1",
            Some(AlertState::Open) => OPEN,
            Some(AlertState::Acknowledged) => {
                "acknowledged_at IS NOT NULL AND resolved_at IS NULL AND ended_at IS NULL"
            }
            Some(AlertState::Resolved) => "(resolved_at IS NOT NULL OR ended_at IS NOT NULL)",
        };
        let sql = format!(
            "SELECT id, kind, subject_kind, subject_id, subject_name, member_id, title, detail, raised_at,
                    acknowledged_at, acknowledged_by, resolved_at, resolved_by, ended_at
               FROM alert
              WHERE {state} AND (raised_at >= ?1 OR ended_at IS NULL) AND (member_id = ?2 OR ?2 IS NULL)
                AND (kind = ?3 OR ?3 IS NULL) AND (id < ?4 OR ?4 IS NULL)
              ORDER BY id DESC LIMIT {}",
            limit + 1
        );
        let kind = query.kind.map(protocol::api::AlertKind::as_str);
        let mut alerts = self
            .all(&sql, values![since, member, kind, query.before], alert_at)
            .await?;
        let has_more = alerts.len() > limit as usize;
        alerts.truncate(limit as usize);
        let next = alerts.last().map(|alert| alert.id).filter(|_| has_more);
        Ok((alerts, next))
    }

    pub async fn one(&self, id: AlertId) -> Result<Option<AlertRecord>, LedgerError> {
        let sql =
            "SELECT id, kind, subject_kind, subject_id, subject_name, member_id, title, detail, raised_at,
                          acknowledged_at, acknowledged_by, resolved_at, resolved_by, ended_at
                     FROM alert WHERE id = ?1";
        Ok(self.all(sql, values![id], alert_at).await?.pop())
    }

    /// How these alerts were sent.
    pub async fn deliveries(&self, since: i64) -> Result<HashMap<AlertId, Vec<AlertDelivery>>, LedgerError> {
        let sql = format!(
            "{DELIVERY} WHERE alert_id IN (SELECT id FROM alert WHERE raised_at >= ?1 OR ended_at IS NULL)
              ORDER BY alert_delivery.id"
        );
        let mut found: HashMap<AlertId, Vec<AlertDelivery>> = HashMap::new();
        for (alert, delivery) in self.all(&sql, values![since], delivery_at).await? {
            found.entry(alert).or_default().push(delivery);
        }
        Ok(found)
    }

    /// How the newest alert fared on each channel.
    pub async fn last_deliveries(&self) -> Result<HashMap<ChannelId, AlertDelivery>, LedgerError> {
        let sql = format!("{DELIVERY} WHERE attempts > 0 ORDER BY alert_delivery.id");
        let all = self.all(&sql, &[], delivery_at).await?;
        Ok(all
            .into_iter()
            .map(|(_, delivery)| (delivery.channel_id, delivery))
            .collect())
    }

    /// What is to be sent at this moment and nobody is about to send.
    pub async fn due(&self, now: i64) -> Result<Vec<DueDelivery>, LedgerError> {
        let sql = "SELECT id, alert_id, channel_id, attempts FROM alert_delivery
                    WHERE next_at IS NOT NULL AND next_at <= ?1 AND taken_until <= ?1 ORDER BY next_at LIMIT 100";
        let read = |row: &Row| {
            Ok(DueDelivery {
                id: row.id(0)?,
                alert: AlertId::from_uuid(row.id(1)?),
                channel: ChannelId::from_uuid(row.id(2)?),
                attempts: row.int(3)?,
            })
        };
        self.all(sql, values![now], read).await
    }

    pub async fn rules(&self) -> Result<Vec<StoredRule>, LedgerError> {
        let sql = "SELECT id, kind, scope, scope_id, settings FROM alert_rule ORDER BY id";
        let read = |row: &Row| {
            Ok(StoredRule {
                id: AlertRuleId::from_uuid(row.id(0)?),
                kind: row.word(1)?,
                scope: row.word(2)?,
                scope_id: row.text(3)?,
                settings: row.text(4)?,
            })
        };
        self.all(sql, &[], read).await
    }

    /// As JSON, if anybody has set them.
    pub async fn quiet_hours(&self) -> Result<Option<String>, LedgerError> {
        let sql = "SELECT value FROM alert_setting WHERE name = 'quiet_hours'";
        Ok(self.all(sql, &[], |row| row.text(0)).await?.pop())
    }

    pub async fn channels(&self) -> Result<Vec<ChannelRecord>, LedgerError> {
        let sql = "SELECT id, kind, name, recipients, url, secret, created_at, disabled_at FROM alert_channel ORDER BY id";
        let read = |row: &Row| {
            Ok(ChannelRecord {
                id: ChannelId::from_uuid(row.id(0)?),
                kind: row.word(1)?,
                name: row.text(2)?,
                to: row.text(3)?.lines().map(str::to_owned).collect(),
                url: row.maybe_text(4)?,
                sealed: row.maybe_text(5)?,
                created_at: row.int(6)?,
                is_enabled: row.maybe_int(7)?.is_none(),
            })
        };
        self.all(sql, &[], read).await
    }

    pub async fn failing(&self) -> Result<Vec<Failing>, LedgerError> {
        let read = |row: &Row| {
            Ok(Failing {
                upstream: row.text(0)?,
                since: row.int(1)?,
            })
        };
        self.all("SELECT name, since FROM failing_upstream", &[], read)
            .await
    }

    /// By upstream: how many requests since a moment were billed beyond their holds, and by how much.
    pub async fn variances(&self, since: i64) -> Result<Vec<(String, i64, i64)>, LedgerError> {
        let sql = "SELECT upstream, COUNT(*), CAST(SUM(variance) AS BIGINT) FROM usage
                    WHERE variance > 0 AND at >= ?1 GROUP BY upstream";
        let read = |row: &Row| Ok((row.text(0)?, row.int(1)?, row.int(2)?));
        self.all(sql, values![since], read).await
    }
}

impl ChannelRecord {
    pub fn shown(self, last: Option<AlertDelivery>) -> Channel {
        Channel {
            id: self.id,
            kind: self.kind,
            name: self.name,
            enabled: self.is_enabled,
            to: self.to,
            url: self.url,
            created_at: timestamp(self.created_at),
            last,
        }
    }
}

fn moment(row: &Row, column: usize) -> Result<Option<Timestamp>, RowError> {
    Ok(row.maybe_int(column)?.map(timestamp))
}

fn alert_at(row: &Row) -> Result<AlertRecord, RowError> {
    let acknowledged_at = moment(row, 9)?;
    // It is over when its reason is, or when somebody put it away, whichever comes first.
    let resolved_at = [moment(row, 11)?, moment(row, 13)?].into_iter().flatten().min();
    Ok(Alert {
        id: AlertId::from_uuid(row.id(0)?),
        kind: row.word(1)?,
        state: match (acknowledged_at, resolved_at) {
            (_, Some(_)) => AlertState::Resolved,
            (Some(_), None) => AlertState::Acknowledged,
            (None, None) => AlertState::Open,
        },
        subject: AlertSubject {
            kind: row.word(2)?,
            id: row.maybe_text(3)?,
            name: row.text(4)?,
        },
        member_id: row.maybe_id(5)?.map(MemberId::from_uuid),
        title: row.text(6)?,
        detail: row.text(7)?,
        raised_at: timestamp(row.int(8)?),
        acknowledged_at,
        acknowledged_by: row.maybe_text(10)?,
        resolved_at,
        resolved_by: row.maybe_text(12)?,
        deliveries: Vec::new(),
    })
}

fn delivery_at(row: &Row) -> Result<DeliveryRecord, RowError> {
    let (next_at, delivered_at) = (moment(row, 5)?, moment(row, 6)?);
    let delivery = AlertDelivery {
        channel_id: ChannelId::from_uuid(row.id(1)?),
        channel: row.word(2)?,
        name: row.text(3)?,
        state: match (next_at, delivered_at) {
            (_, Some(_)) => DeliveryState::Delivered,
            (Some(_), None) => DeliveryState::Waiting,
            (None, None) => DeliveryState::Failed,
        },
        attempts: u32::try_from(row.int(4)?).unwrap_or(u32::MAX),
        next_at,
        delivered_at,
        problem: row.maybe_text(7)?,
    };
    Ok((AlertId::from_uuid(row.id(0)?), delivery))
}
