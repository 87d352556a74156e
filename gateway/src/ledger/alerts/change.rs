//! Everything that changes alerts, each as one step of a transaction.

use protocol::{
    AlertId, AlertRuleId, ChannelId, MemberId,
    api::{AlertKind, AlertScope, AlertSubject, ChannelKind},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    clock::{new_id, timestamp},
    ledger::{
        people::{PeopleOutcome, PeopleRefusal, Sql, values},
        retention::Gone,
    },
};

/// For how long whoever tries a delivery has it to itself; no try takes longer.
pub const TRY_MS: i64 = 60_000;

#[derive(Clone, Debug)]
pub enum AlertChange {
    Look(Look),
    Acknowledge {
        id: AlertId,
        by: String,
        /// Only an alert of theirs.
        member: Option<MemberId>,
    },
    AcknowledgeAll {
        by: String,
        member: Option<MemberId>,
    },
    Resolve {
        id: AlertId,
        by: String,
        member: Option<MemberId>,
    },
    SetRule(StoredRule),
    RemoveRule(AlertRuleId),
    /// As JSON.
    SetQuietHours(String),
    AddChannel(NewChannel),
    EditChannel {
        id: ChannelId,
        name: Option<String>,
        recipients: Option<String>,
        enabled: Option<bool>,
    },
    RemoveChannel(ChannelId),
    /// Takes a delivery that is due; refused when somebody else has it.
    Take(Uuid),
    Tried(DeliveryTry),
    /// What is older than this moment is forgotten, unless it is live.
    Forget {
        before: i64,
    },
}

/// What one look at everything found.
#[derive(Clone, Debug, Default)]
pub struct Look {
    pub raise: Vec<NewAlert>,
    /// Live alerts whose reason is gone.
    pub over: Vec<String>,
    pub failing: Vec<Failing>,
    /// Upstreams of which it is known that they answer, or that are there no more.
    pub well: Vec<String>,
}

/// An upstream that refuses, or does not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failing {
    pub upstream: String,
    pub since: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAlert {
    pub dedup: String,
    pub kind: AlertKind,
    pub subject: AlertSubject,
    pub member: Option<MemberId>,
    pub title: String,
    pub detail: String,
    /// When it may be sent.
    pub send_at: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRule {
    pub id: AlertRuleId,
    pub kind: AlertKind,
    pub scope: AlertScope,
    /// Empty: the gateway.
    pub scope_id: String,
    /// As JSON.
    pub settings: String,
}

#[derive(Clone, Debug)]
pub struct NewChannel {
    pub id: ChannelId,
    pub kind: ChannelKind,
    pub name: String,
    /// One a line.
    pub recipients: String,
    pub url: Option<String>,
    /// Sealed.
    pub secret: Option<String>,
}

/// How a try of a delivery ended.
#[derive(Clone, Debug)]
pub struct DeliveryTry {
    pub id: Uuid,
    /// `None`: it arrived.
    pub problem: Option<String>,
    /// `None`: not again.
    pub next_at: Option<i64>,
}

type Outcome<E> = Result<Result<PeopleOutcome, PeopleRefusal>, E>;

pub(in crate::ledger) async fn carry_out<S: Sql>(db: &S, change: &AlertChange, at: i64) -> Outcome<S::Error> {
    let changed = match change {
        AlertChange::Look(look) => return self::look(db, look, at).await,
        AlertChange::Forget { before } => return forget(db, *before).await,
        AlertChange::Acknowledge { id, by, member } => {
            let sql = "UPDATE alert SET acknowledged_at = COALESCE(acknowledged_at, ?2), acknowledged_by = COALESCE(acknowledged_by, ?3)
                        WHERE id = ?1 AND (member_id = ?4 OR ?4 IS NULL)";
            db.execute(sql, values![*id, at, by, *member]).await?
        }
        AlertChange::AcknowledgeAll { by, member } => {
            let sql = "UPDATE alert SET acknowledged_at = ?1, acknowledged_by = ?2
                        WHERE acknowledged_at IS NULL AND resolved_at IS NULL AND ended_at IS NULL
                          AND (member_id = ?3 OR ?3 IS NULL)";
            db.execute(sql, values![at, by, *member]).await?;
            1
        }
        AlertChange::Resolve { id, by, member } => {
            let sql = "UPDATE alert SET resolved_at = COALESCE(resolved_at, ?2), resolved_by = COALESCE(resolved_by, ?3)
                        WHERE id = ?1 AND ended_at IS NULL AND (member_id = ?4 OR ?4 IS NULL)";
            db.execute(sql, values![*id, at, by, *member]).await?
        }
        AlertChange::SetRule(rule) => set_rule(db, rule).await?,
        AlertChange::RemoveRule(id) => {
            let sql = "DELETE FROM alert_rule WHERE id = ?1";
            db.execute(sql, values![*id]).await?
        }
        AlertChange::SetQuietHours(hours) => {
            let sql = "INSERT INTO alert_setting VALUES ('quiet_hours', ?1)
                       ON CONFLICT (name) DO UPDATE SET value = excluded.value";
            db.execute(sql, values![hours]).await?
        }
        AlertChange::AddChannel(new) => add_channel(db, new, at).await?,
        AlertChange::EditChannel {
            id,
            name,
            recipients,
            enabled,
        } => {
            let disabled_at = enabled.map(|enabled| if enabled { 0 } else { at });
            let sql =
                "UPDATE alert_channel SET name = COALESCE(?2, name), recipients = COALESCE(?3, recipients),
                              disabled_at = NULLIF(COALESCE(?4, disabled_at, 0), 0) WHERE id = ?1";
            db.execute(sql, values![*id, name.clone(), recipients.clone(), disabled_at])
                .await?
        }
        AlertChange::RemoveChannel(id) => {
            // What was sent stays in the history; what waits is not sent any more.
            let sql = "DELETE FROM alert_delivery WHERE channel_id = ?1 AND next_at IS NOT NULL";
            db.execute(sql, values![*id]).await?;
            db.execute("DELETE FROM alert_channel WHERE id = ?1", values![*id])
                .await?
        }
        AlertChange::Take(id) => {
            let sql = "UPDATE alert_delivery SET taken_until = ?3 WHERE id = ?1 AND next_at <= ?2 AND taken_until <= ?2";
            db.execute(sql, values![*id, at, at + TRY_MS]).await?
        }
        AlertChange::Tried(tried) => self::tried(db, tried, at).await?,
    };
    Ok(if changed > 0 {
        Ok(PeopleOutcome::Done)
    } else {
        Err(PeopleRefusal::Unknown)
    })
}

async fn look<S: Sql>(db: &S, look: &Look, at: i64) -> Outcome<S::Error> {
    for upstream in &look.well {
        let sql = "DELETE FROM failing_upstream WHERE name = ?1";
        db.execute(sql, values![upstream]).await?;
    }
    for failing in &look.failing {
        // Whoever saw it first knows since when.
        let sql = "INSERT INTO failing_upstream VALUES (?1, ?2) ON CONFLICT DO NOTHING";
        db.execute(sql, values![&failing.upstream, failing.since]).await?;
    }
    for dedup in &look.over {
        let sql = "UPDATE alert SET ended_at = ?2 WHERE dedup = ?1 AND ended_at IS NULL";
        db.execute(sql, values![dedup, at]).await?;
    }
    let mut raised = Vec::new();
    for new in &look.raise {
        raised.extend(raise(db, new, at).await?);
    }
    Ok(Ok(PeopleOutcome::Raised(raised)))
}

/// Nothing, where it is live already.
async fn raise<S: Sql>(db: &S, new: &NewAlert, at: i64) -> Result<Option<AlertId>, S::Error> {
    let id = AlertId::from_uuid(new_id());
    let sql = "INSERT INTO alert (id, dedup, kind, subject_kind, subject_id, subject_name, member_id, title, detail, raised_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING";
    let values = values![
        id,
        &new.dedup,
        new.kind.as_str(),
        new.subject.kind.as_str(),
        new.subject.id.clone(),
        &new.subject.name,
        new.member,
        &new.title,
        &new.detail,
        at,
    ];
    if db.execute(sql, values).await? == 0 {
        return Ok(None);
    }
    for channel in db
        .rows("SELECT id FROM alert_channel WHERE disabled_at IS NULL", &[])
        .await?
    {
        let sql = "INSERT INTO alert_delivery (id, alert_id, channel_id, attempts, next_at, taken_until)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let values = values![new_id(), id, channel.id(0)?, 0_i64, new.send_at, 0_i64];
        db.execute(sql, values).await?;
    }
    Ok(Some(id))
}

async fn set_rule<S: Sql>(db: &S, rule: &StoredRule) -> Result<u64, S::Error> {
    let sql = "INSERT INTO alert_rule VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (kind, scope, scope_id) DO UPDATE SET settings = excluded.settings";
    let values = values![
        rule.id,
        rule.kind.as_str(),
        rule.scope.as_str(),
        &rule.scope_id,
        &rule.settings,
    ];
    db.execute(sql, values).await
}

async fn add_channel<S: Sql>(db: &S, new: &NewChannel, at: i64) -> Result<u64, S::Error> {
    let sql = "INSERT INTO alert_channel (id, kind, name, recipients, url, secret, created_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let values = values![
        new.id,
        new.kind.as_str(),
        &new.name,
        &new.recipients,
        new.url.clone(),
        new.secret.clone(),
        at,
    ];
    db.execute(sql, values).await
}

async fn tried<S: Sql>(db: &S, tried: &DeliveryTry, at: i64) -> Result<u64, S::Error> {
    let delivered_at = tried.problem.is_none().then_some(at);
    let sql = "UPDATE alert_delivery SET attempts = attempts + 1, taken_until = 0, next_at = ?2, delivered_at = ?3, problem = ?4
                WHERE id = ?1";
    let values = values![tried.id, tried.next_at, delivered_at, tried.problem.clone()];
    db.execute(sql, values).await
}

async fn forget<S: Sql>(db: &S, before: i64) -> Outcome<S::Error> {
    let old = "raised_at < ?1 AND (ended_at IS NOT NULL OR dedup LIKE 'day %')";
    let sql = format!("DELETE FROM alert_delivery WHERE alert_id IN (SELECT id FROM alert WHERE {old})");
    db.execute(&sql, values![before]).await?;
    let count = db
        .execute(&format!("DELETE FROM alert WHERE {old}"), values![before])
        .await?;
    let said = json!({ "alerts": count, "before": timestamp(before) });
    Ok(Ok(PeopleOutcome::Gone(Gone { count, said })))
}
