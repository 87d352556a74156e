//! What members send of their own logs, and who may see it. Nothing here touches a balance.

mod reading;

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;
use protocol::{MemberId, Money, api::SubmittedDay};
use uuid::Uuid;

use super::{
    PeopleOutcome, PeopleRefusal,
    sql::{Sql, Value, places, values},
};
pub use reading::{DaySum, MachineRecord, Part, ProfileRecord, SentSum};

/// For both databases. A machine's day is there once, however often it is sent, and never gets smaller:
/// assistants delete their old logs, so what was true once may be missing later.
pub(in crate::ledger) const TABLES: &str = "
CREATE TABLE profile (
  member_id UUID PRIMARY KEY REFERENCES member(id), handle TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  is_public BIGINT NOT NULL, shows_cost BIGINT NOT NULL
);

CREATE TABLE submission_window (
  member_id UUID PRIMARY KEY REFERENCES member(id), since BIGINT NOT NULL, count BIGINT NOT NULL
);

CREATE TABLE submitted_machine (
  machine UUID PRIMARY KEY, member_id UUID NOT NULL REFERENCES member(id), name TEXT, last_at BIGINT NOT NULL
);
CREATE INDEX machine_of_member ON submitted_machine(member_id);

CREATE TABLE submitted_day (
  machine UUID NOT NULL REFERENCES submitted_machine(machine), day TEXT NOT NULL, client TEXT NOT NULL,
  model TEXT NOT NULL, messages BIGINT NOT NULL, input BIGINT NOT NULL, output BIGINT NOT NULL,
  cache_read BIGINT NOT NULL, cache_write BIGINT NOT NULL, reasoning BIGINT NOT NULL, tokens BIGINT NOT NULL,
  cost BIGINT,
  PRIMARY KEY (machine, day, client, model)
);
";

/// How many rows a machine has, so that nobody counts them while others wait.
pub(in crate::ledger) const COUNTED: &str = "
ALTER TABLE submitted_machine ADD COLUMN row_count BIGINT NOT NULL DEFAULT 0;
UPDATE submitted_machine SET row_count =
  (SELECT COUNT(*) FROM submitted_day WHERE submitted_day.machine = submitted_machine.machine);
";

/// So often in an hour may a member send, and so many machines may they have.
const PER_HOUR: i64 = 120;
const HOUR_MS: i64 = 3_600_000;
const MACHINES_MAX: i64 = 50;
/// In one statement, so that another machine's database is asked seldom.
const ROWS_AT_ONCE: usize = 50;
const COLUMNS: usize = 12;

#[derive(Clone, Debug)]
pub struct SentDays {
    pub member: MemberId,
    pub machine: Uuid,
    /// What the machine was called when it logged in.
    pub name: Option<String>,
    /// Checked already; each day, client and model once.
    pub days: Vec<SubmittedDay>,
    /// More than this on one day, over all machines, is refused.
    pub day_tokens_max: u64,
    /// More rows of one member are refused.
    pub rows_max: u64,
}

#[derive(Clone, Debug)]
pub struct ProfileEdit {
    pub member: MemberId,
    pub handle: String,
    pub name: String,
    pub is_public: bool,
    pub shows_cost: bool,
}

pub(super) async fn submit<S: Sql>(
    db: &S,
    sent: &SentDays,
    at: i64,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    // Each looks before it writes: a refusal leaves nothing.
    let machine = look_at_machine(db, sent).await?;
    let window = look_at_window(db, sent.member, at).await?;
    let refusal = match (machine, window) {
        (Machine::Refused(refusal), _) => Some(refusal),
        (_, None) => Some(PeopleRefusal::TooOften),
        (Machine::Known | Machine::New, Some(_)) => None,
    };
    if let Some(refusal) = refusal {
        return Ok(Err(refusal));
    }
    let Some(known) = look_at_days(db, sent).await? else {
        return Ok(Err(PeopleRefusal::TooMuch));
    };
    let new = whole(sent.days.len() as u64) - known;
    if new > 0 && look_at_rows(db, sent.member).await? + new > whole(sent.rows_max) {
        return Ok(Err(PeopleRefusal::TooManyRows));
    }
    if let Some((since, count)) = window {
        let sql = "INSERT INTO submission_window VALUES (?1, ?2, ?3)
                   ON CONFLICT (member_id) DO UPDATE SET since = excluded.since, count = excluded.count";
        db.execute(sql, values![sent.member, since, count]).await?;
    }
    let sql = "INSERT INTO submitted_machine (machine, member_id, name, last_at, row_count) VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (machine) DO UPDATE SET
                 name = COALESCE(excluded.name, submitted_machine.name), last_at = excluded.last_at,
                 row_count = submitted_machine.row_count + excluded.row_count";
    db.execute(
        sql,
        values![sent.machine, sent.member, sent.name.as_deref(), at, new],
    )
    .await?;
    for days in sent.days.chunks(ROWS_AT_ONCE) {
        keep(db, sent.machine, days).await?;
    }
    Ok(Ok(PeopleOutcome::Done))
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Each of the rows is there once; the larger telling of it stays.
async fn keep<S: Sql>(db: &S, machine: Uuid, days: &[SubmittedDay]) -> Result<(), S::Error> {
    let sql = format!(
        "INSERT INTO submitted_day
           (machine, day, client, model, messages, input, output, cache_read, cache_write, reasoning, tokens, cost)
         VALUES {}
         ON CONFLICT (machine, day, client, model) DO UPDATE SET
           messages = excluded.messages, input = excluded.input, output = excluded.output,
           cache_read = excluded.cache_read, cache_write = excluded.cache_write,
           reasoning = excluded.reasoning, tokens = excluded.tokens, cost = excluded.cost
         WHERE excluded.tokens >= submitted_day.tokens",
        places(days.len(), COLUMNS)
    );
    let mut values = Vec::with_capacity(days.len() * COLUMNS);
    for day in days {
        values.extend_from_slice(&values_of(machine, day));
    }
    db.execute(&sql, &values).await.map(drop)
}

fn values_of(machine: Uuid, day: &SubmittedDay) -> [Value; COLUMNS] {
    [
        Value::from(machine),
        Value::from(day.day.to_string()),
        Value::from(&day.client),
        Value::from(&day.model),
        Value::from(whole(day.messages)),
        Value::from(whole(day.input_tokens)),
        Value::from(whole(day.output_tokens)),
        Value::from(whole(day.cache_read_tokens)),
        Value::from(whole(day.cache_write_tokens)),
        Value::from(whole(day.reasoning_tokens)),
        Value::from(whole(day.total_tokens)),
        Value::from(day.cost_nano_usd.map(Money::nano_usd)),
    ]
}

enum Machine {
    Known,
    New,
    Refused(PeopleRefusal),
}

/// A machine is its first sender's, for good: the days of one cannot count for two members.
async fn look_at_machine<S: Sql>(db: &S, sent: &SentDays) -> Result<Machine, S::Error> {
    let sql = "SELECT member_id FROM submitted_machine WHERE machine = ?1";
    if let Some(row) = db.row(sql, values![sent.machine]).await? {
        return Ok(if row.id(0)? == *sent.member.as_uuid() {
            Machine::Known
        } else {
            Machine::Refused(PeopleRefusal::Unknown)
        });
    }
    let sql = "SELECT COUNT(*) FROM submitted_machine WHERE member_id = ?1";
    let machines = db.row(sql, values![sent.member]).await?;
    let machines = machines.map_or(Ok(0), |row| row.int(0))?;
    Ok(if machines < MACHINES_MAX {
        Machine::New
    } else {
        Machine::Refused(PeopleRefusal::TooMany)
    })
}

/// The window of an hour with this submission in it; None where it is full. Deleting what was sent
/// does not empty it.
async fn look_at_window<S: Sql>(db: &S, member: MemberId, at: i64) -> Result<Option<(i64, i64)>, S::Error> {
    let sql = "SELECT since, count FROM submission_window WHERE member_id = ?1";
    let Some(row) = db.row(sql, values![member]).await? else {
        return Ok(Some((at, 1)));
    };
    let (since, count) = (row.int(0)?, row.int(1)?);
    Ok(if at - since >= HOUR_MS {
        Some((at, 1))
    } else {
        (count < PER_HOUR).then_some((since, count + 1))
    })
}

/// How many rows a member has.
async fn look_at_rows<S: Sql>(db: &S, member: MemberId) -> Result<i64, S::Error> {
    let sql =
        "SELECT CAST(COALESCE(SUM(row_count), 0) AS BIGINT) FROM submitted_machine WHERE member_id = ?1";
    let rows = db.row(sql, values![member]).await?;
    Ok(rows.map_or(Ok(0), |row| row.int(0))?)
}

/// How many of the rows are there already. None where a day would have more tokens than anybody can
/// use, with what was sent of it before.
async fn look_at_days<S: Sql>(db: &S, sent: &SentDays) -> Result<Option<i64>, S::Error> {
    let mut totals: BTreeMap<Date, u64> = BTreeMap::new();
    for day in &sent.days {
        let total = totals.entry(day.day).or_default();
        *total = total.saturating_add(day.total_tokens);
    }
    let coming: HashMap<(Date, &str, &str), u64> = sent
        .days
        .iter()
        .map(|day| {
            (
                (day.day, day.client.as_str(), day.model.as_str()),
                day.total_tokens,
            )
        })
        .collect();
    let (Some(first), Some(last)) = (totals.keys().next(), totals.keys().last()) else {
        return Ok(Some(0));
    };
    let mut same_rows = 0;
    let sql = "SELECT submitted_day.machine, day, client, model, tokens
                 FROM submitted_day JOIN submitted_machine ON submitted_machine.machine = submitted_day.machine
                WHERE member_id = ?1 AND day BETWEEN ?2 AND ?3";
    let span = values![sent.member, first.to_string(), last.to_string()];
    for row in db.rows(sql, span).await? {
        let (machine, day) = (row.id(0)?, row.word::<Date>(1)?);
        let (client, model) = (row.text(2)?, row.text(3)?);
        let known = row.int(4)?.unsigned_abs();
        let same = coming
            .get(&(day, &client, &model))
            .filter(|_| machine == sent.machine);
        same_rows += i64::from(same.is_some());
        if let Some(total) = totals.get_mut(&day) {
            // Of a row that is there already, the larger one stays.
            *total = total.saturating_add(known.saturating_sub(same.copied().unwrap_or(0)));
        }
    }
    let is_too_much = totals.values().any(|total| *total > sent.day_tokens_max);
    Ok((!is_too_much).then_some(same_rows))
}

/// Forgets the days of one machine.
pub(super) async fn erase_machine<S: Sql>(db: &S, member: MemberId, machine: Uuid) -> Result<bool, S::Error> {
    erase(db, "member_id = ?1 AND machine = ?2", values![member, machine]).await
}

async fn erase<S: Sql>(db: &S, of: &str, values: &[Value]) -> Result<bool, S::Error> {
    let days = format!(
        "DELETE FROM submitted_day WHERE machine IN (SELECT machine FROM submitted_machine WHERE {of})"
    );
    db.execute(&days, values).await?;
    let machines = format!("DELETE FROM submitted_machine WHERE {of}");
    Ok(db.execute(&machines, values).await? > 0)
}

pub(super) async fn set_profile<S: Sql>(
    db: &S,
    edit: &ProfileEdit,
) -> Result<Result<PeopleOutcome, PeopleRefusal>, S::Error> {
    let taken = "SELECT member_id FROM profile WHERE handle = ?1 AND member_id <> ?2";
    if db.row(taken, values![&edit.handle, edit.member]).await?.is_some() {
        return Ok(Err(PeopleRefusal::NameTaken));
    }
    let sql = "INSERT INTO profile VALUES (?1, ?2, ?3, ?4, ?5)
               ON CONFLICT (member_id) DO UPDATE SET handle = excluded.handle, name = excluded.name,
                 is_public = excluded.is_public, shows_cost = excluded.shows_cost";
    let values = values![
        edit.member,
        &edit.handle,
        &edit.name,
        i64::from(edit.is_public),
        i64::from(edit.shows_cost),
    ];
    db.execute(sql, values).await?;
    Ok(Ok(PeopleOutcome::Done))
}

/// Everything that a member sent, and the profile that showed it. Also when they are removed:
/// nothing of theirs stays in public.
pub(super) async fn forget<S: Sql>(db: &S, member: MemberId) -> Result<(), S::Error> {
    erase(db, "member_id = ?1", values![member]).await?;
    db.execute("DELETE FROM profile WHERE member_id = ?1", values![member])
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use futures_util::FutureExt;
    use jiff::civil::date;

    use super::*;
    use crate::{
        clock::new_id,
        ledger::people::sql::{Row, RowError, Rows, Turn},
    };

    /// An empty database that notes what it is told.
    #[derive(Default)]
    struct Empty(RefCell<Vec<usize>>);

    #[derive(Debug)]
    struct Never;

    impl From<RowError> for Never {
        fn from(_: RowError) -> Self {
            Self
        }
    }

    impl Rows for Empty {
        type Error = Never;

        async fn rows(&self, _sql: &str, _values: &[Value]) -> Result<Vec<Row>, Never> {
            Ok(Vec::new())
        }
    }

    impl Sql for Empty {
        async fn execute(&self, _sql: &str, values: &[Value]) -> Result<u64, Never> {
            self.0.borrow_mut().push(values.len());
            Ok(1)
        }

        async fn wait_turn(&self, _turn: Turn) -> Result<(), Never> {
            Ok(())
        }

        async fn tell_key(&self, _key: Uuid) -> Result<(), Never> {
            Ok(())
        }
    }

    /// All gateways on a database wait for whoever changes what members have.
    #[test]
    fn the_largest_submission_is_few_statements() {
        let day = |number: u32| SubmittedDay {
            day: date(2026, 11, 19),
            client: "claude".to_owned(),
            model: format!("model-{number}"),
            messages: 1,
            input_tokens: 1,
            output_tokens: 0,
            cache_read_tokens: 0,
            cache_write_tokens: 0,
            reasoning_tokens: 0,
            total_tokens: 1,
            cost_nano_usd: None,
        };
        let sent = SentDays {
            member: MemberId::from_uuid(new_id()),
            machine: new_id(),
            name: None,
            days: (0..490).map(day).collect(),
            day_tokens_max: 1_000,
            rows_max: 490,
        };
        let database = Empty::default();
        let outcome = submit(&database, &sent, 0).now_or_never().unwrap().unwrap();
        assert_eq!(outcome, Ok(PeopleOutcome::Done));
        let told = database.0.take();
        assert!(told.len() <= 12, "{told:?}");
        assert_eq!(told.iter().sum::<usize>(), 3 + 5 + 490 * COLUMNS);
    }
}
