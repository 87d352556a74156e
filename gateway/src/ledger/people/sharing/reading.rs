//! What was sent, as it is shown.

use std::collections::BTreeMap;

use jiff::civil::Date;
use protocol::{
    MemberId, Money,
    api::{SentDay, SentDayList},
};
use uuid::Uuid;

use crate::ledger::{
    LedgerError,
    people::{
        PeopleReader,
        sql::{Row, RowError, Value, values},
        total::{total, total_at},
    },
};

/// Days of a list.
const PAGE: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileRecord {
    pub member: MemberId,
    pub name: String,
    pub handle: String,
    pub is_public: bool,
    pub shows_cost: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineRecord {
    pub machine: Uuid,
    pub name: Option<String>,
    pub days: i64,
    pub tokens: i64,
    pub last_at: i64,
}

/// Sums over some of what was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentSum {
    pub messages: i64,
    pub input: i64,
    pub output: i64,
    pub cache_read: i64,
    pub cache_write: i64,
    pub reasoning: i64,
    pub tokens: i64,
    /// Of what has a price.
    pub cost: i64,
    pub unpriced: i64,
}

/// Sums of one day over a member's machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaySum {
    pub member: MemberId,
    pub day: Date,
    pub sum: SentSum,
}

/// What the sums of a profile are taken apart by.
#[derive(Clone, Copy, Debug)]
pub enum Part {
    Client,
    Model,
}

const PROFILE: &str = "
SELECT member.id, profile.name, handle, is_public, shows_cost
  FROM profile JOIN member ON member.id = profile.member_id";
const VISIBLE: &str = "is_public = 1 AND removed_at IS NULL AND disabled_at IS NULL";
const SENT: &str =
    "submitted_day JOIN submitted_machine ON submitted_machine.machine = submitted_day.machine";

/// What [`sum_at`] reads; a sum of whole numbers is a decimal in PostgreSQL. Messages and tokens are
/// bounded by the day, costs only by what the dearest of them can be.
fn sums() -> String {
    format!(
        "CAST(SUM(messages) AS BIGINT), CAST(SUM(input) AS BIGINT), CAST(SUM(output) AS BIGINT),
         CAST(SUM(cache_read) AS BIGINT), CAST(SUM(cache_write) AS BIGINT), CAST(SUM(reasoning) AS BIGINT),
         CAST(SUM(tokens) AS BIGINT), CAST(SUM(CASE WHEN cost IS NULL THEN messages ELSE 0 END) AS BIGINT),
         {}",
        total("COALESCE(cost, 0)")
    )
}

fn profile_at(row: &Row) -> Result<ProfileRecord, RowError> {
    Ok(ProfileRecord {
        member: MemberId::from_uuid(row.id(0)?),
        name: row.text(1)?,
        handle: row.text(2)?,
        is_public: row.int(3)? != 0,
        shows_cost: row.int(4)? != 0,
    })
}

fn sum_at(row: &Row, from: usize) -> Result<SentSum, RowError> {
    Ok(SentSum {
        messages: row.int(from)?,
        input: row.int(from + 1)?,
        output: row.int(from + 2)?,
        cache_read: row.int(from + 3)?,
        cache_write: row.int(from + 4)?,
        reasoning: row.int(from + 5)?,
        tokens: row.int(from + 6)?,
        unpriced: row.int(from + 7)?,
        cost: total_at(row, from + 8)?,
    })
}

fn day_at(row: &Row) -> Result<DaySum, RowError> {
    Ok(DaySum {
        member: MemberId::from_uuid(row.id(0)?),
        day: row.word(1)?,
        sum: sum_at(row, 2)?,
    })
}

impl SentSum {
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            messages: self.messages.saturating_add(other.messages),
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            cache_read: self.cache_read.saturating_add(other.cache_read),
            cache_write: self.cache_write.saturating_add(other.cache_write),
            reasoning: self.reasoning.saturating_add(other.reasoning),
            tokens: self.tokens.saturating_add(other.tokens),
            cost: self.cost.saturating_add(other.cost),
            unpriced: self.unpriced.saturating_add(other.unpriced),
        }
    }

    /// None where nothing of it has a known price.
    pub fn cost(&self) -> Option<i64> {
        (self.unpriced < self.messages).then_some(self.cost)
    }
}

fn shown(day: &DaySum, models: Vec<String>) -> SentDay {
    let count = |number: i64| number.unsigned_abs();
    let sum = &day.sum;
    SentDay {
        day: day.day,
        messages: count(sum.messages),
        input_tokens: count(sum.input),
        output_tokens: count(sum.output),
        cache_read_tokens: count(sum.cache_read),
        cache_write_tokens: count(sum.cache_write),
        reasoning_tokens: count(sum.reasoning),
        total_tokens: count(sum.tokens),
        cost_nano_usd: sum.cost().map(Money::from_nano_usd),
        unpriced_messages: count(sum.unpriced),
        models,
    }
}

impl PeopleReader<'_> {
    pub async fn profile(&self, member: MemberId) -> Result<Option<ProfileRecord>, LedgerError> {
        let sql = format!("{PROFILE} WHERE member.id = ?1");
        Ok(self.all(&sql, values![member], profile_at).await?.pop())
    }

    /// Those whom everybody may see.
    pub async fn profiles(&self) -> Result<Vec<ProfileRecord>, LedgerError> {
        let sql = format!("{PROFILE} WHERE {VISIBLE}");
        self.long(sql, Vec::new(), profile_at).await
    }

    pub async fn public_profile(&self, handle: &str) -> Result<Option<ProfileRecord>, LedgerError> {
        let sql = format!("{PROFILE} WHERE handle = ?1 AND {VISIBLE}");
        Ok(self.all(&sql, values![handle], profile_at).await?.pop())
    }

    /// The one that sent last first.
    pub async fn machines(&self, member: MemberId) -> Result<Vec<MachineRecord>, LedgerError> {
        let sql = "
SELECT submitted_machine.machine, name, CAST(COUNT(DISTINCT day) AS BIGINT),
       CAST(COALESCE(SUM(tokens), 0) AS BIGINT), last_at
  FROM submitted_machine LEFT JOIN submitted_day ON submitted_day.machine = submitted_machine.machine
 WHERE member_id = ?1 GROUP BY submitted_machine.machine, name, last_at ORDER BY last_at DESC";
        let read = |row: &Row| {
            Ok(MachineRecord {
                machine: row.id(0)?,
                name: row.maybe_text(1)?,
                days: row.int(2)?,
                tokens: row.int(3)?,
                last_at: row.int(4)?,
            })
        };
        self.long(sql.to_owned(), vec![member.into()], read).await
    }

    /// A page of a member's days, the latest first.
    pub async fn sent_days(
        &self,
        member: MemberId,
        machine: Option<Uuid>,
        until: Option<Date>,
    ) -> Result<SentDayList, LedgerError> {
        let mut values = vec![Value::from(member)];
        let mut of = "member_id = ?1".to_owned();
        if let Some(machine) = machine {
            values.push(Value::from(machine));
            of += &format!(" AND submitted_day.machine = ?{}", values.len());
        }
        if let Some(until) = until {
            values.push(Value::from(until.to_string()));
            of += &format!(" AND day <= ?{}", values.len());
        }
        let (limit, sums) = (PAGE + 1, sums());
        let sql = format!(
            "SELECT member_id, day, {sums} FROM {SENT} WHERE {of} GROUP BY member_id, day ORDER BY day DESC LIMIT {limit}"
        );
        let mut days = self.long(sql, values.clone(), day_at).await?;
        let next_until = days.get(PAGE).map(|day| day.day);
        days.truncate(PAGE);
        let mut models: BTreeMap<Date, Vec<String>> = BTreeMap::new();
        if let Some(first) = days.last() {
            values.push(Value::from(first.day.to_string()));
            let from = values.len();
            let sql = format!(
                "SELECT DISTINCT day, model FROM {SENT} WHERE {of} AND day >= ?{from} ORDER BY day, model"
            );
            let read = |row: &Row| Ok((row.word::<Date>(0)?, row.text(1)?));
            for (day, model) in self.long(sql, values, read).await? {
                models.entry(day).or_default().push(model);
            }
        }
        let days = days
            .iter()
            .map(|day| shown(day, models.remove(&day.day).unwrap_or_default()));
        Ok(SentDayList {
            days: days.collect(),
            next_until,
        })
    }

    /// In order.
    pub async fn days_of(&self, member: MemberId) -> Result<Vec<DaySum>, LedgerError> {
        let sums = sums();
        let sql = format!(
            "SELECT member_id, day, {sums} FROM {SENT} WHERE member_id = ?1 GROUP BY member_id, day ORDER BY day"
        );
        self.long(sql, vec![member.into()], day_at).await
    }

    /// Of all whom everybody may see, by member and day, in order.
    pub async fn public_days(&self) -> Result<Vec<DaySum>, LedgerError> {
        let sums = sums();
        let sql = format!(
            "SELECT submitted_machine.member_id, day, {sums} FROM {SENT}
              WHERE submitted_machine.member_id IN
                (SELECT member_id FROM profile JOIN member ON member.id = profile.member_id WHERE {VISIBLE})
              GROUP BY submitted_machine.member_id, day ORDER BY submitted_machine.member_id, day"
        );
        self.long(sql, Vec::new(), day_at).await
    }

    /// By name, the most tokens first.
    pub async fn parts_of(
        &self,
        member: MemberId,
        part: Part,
    ) -> Result<Vec<(String, SentSum)>, LedgerError> {
        let column = match part {
            Part::Client => "client",
            Part::Model => "model",
        };
        let sums = sums();
        let sql = format!(
            "SELECT {column}, {sums} FROM {SENT} WHERE member_id = ?1
              GROUP BY {column} ORDER BY SUM(tokens) DESC, 1 LIMIT 20"
        );
        let read = |row: &Row| Ok((row.text(0)?, sum_at(row, 1)?));
        self.long(sql, vec![member.into()], read).await
    }
}
