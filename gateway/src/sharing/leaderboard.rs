//! Who used the most: of members who want to be seen.

use std::{collections::HashMap, sync::Arc};

use jiff::{ToSpan, civil::Date};
use protocol::{
    MemberId, Money,
    api::{Leaderboard, LeaderboardOrder, LeaderboardPeriod, LeaderboardQuery, LeaderboardRow},
};
use tokio::sync::Mutex;

use super::{kept::Kept, streak};
use crate::{
    clock::steady_ms,
    ledger::{DaySum, LedgerError, Part, ProfileRecord, Reader, SentSum},
};

const ROWS: usize = 100;
const PERIODS: [LeaderboardPeriod; 4] = [
    LeaderboardPeriod::Week,
    LeaderboardPeriod::Month,
    LeaderboardPeriod::Year,
    LeaderboardPeriod::All,
];
const ORDERS: [LeaderboardOrder; 3] = [
    LeaderboardOrder::Tokens,
    LeaderboardOrder::Cost,
    LeaderboardOrder::Streak,
];

type Ranked = HashMap<(LeaderboardPeriod, LeaderboardOrder), Leaderboard>;

/// What everybody may see of what members sent.
#[derive(Default)]
pub struct Boards {
    ranked: Kept<(), Ranked>,
    shown: Kept<MemberId, Shown>,
    /// Whoever reads for everybody leaves room for those who read for themselves.
    turn: Arc<Mutex<()>>,
}

/// What one member sent, as a profile shows it.
pub struct Shown {
    pub days: Vec<DaySum>,
    pub clients: Vec<(String, SentSum)>,
    pub models: Vec<(String, SentSum)>,
}

impl Boards {
    pub async fn board(
        &self,
        reader: &Reader,
        query: LeaderboardQuery,
        today: Date,
    ) -> Result<Leaderboard, LedgerError> {
        let (reader, turn) = (reader.clone(), Arc::clone(&self.turn));
        let read = async move {
            let _turn = turn.lock().await;
            let people = reader.people();
            let (days, profiles) = (people.public_days().await?, people.profiles().await?);
            // Not where answers are passed on: there may be many days.
            let ranking = tokio::task::spawn_blocking(move || rank_all(&profiles, days, today));
            let failed = |_| LedgerError::Read("ranking failed".into());
            ranking.await.map_err(failed)
        };
        let ranked = self.ranked.get((), steady_ms(), read).await?;
        let board = ranked.get(&(query.period, query.by)).cloned();
        board.ok_or_else(|| LedgerError::Read("a leaderboard is not among all of them".into()))
    }

    pub async fn shown(&self, reader: &Reader, member: MemberId) -> Result<Arc<Shown>, LedgerError> {
        let (reader, turn) = (reader.clone(), Arc::clone(&self.turn));
        let read = async move {
            let _turn = turn.lock().await;
            let people = reader.people();
            Ok(Shown {
                days: people.days_of(member).await?,
                clients: people.parts_of(member, Part::Client).await?,
                models: people.parts_of(member, Part::Model).await?,
            })
        };
        self.shown.get(member, steady_ms(), read).await
    }

    /// What was changed here is seen at once.
    pub fn forget(&self) {
        self.ranked.forget();
        self.shown.forget();
    }
}

fn rank_all(profiles: &[ProfileRecord], sums: Vec<DaySum>, today: Date) -> Ranked {
    let mut days: HashMap<MemberId, Vec<DaySum>> = HashMap::new();
    for sum in sums {
        days.entry(sum.member).or_default().push(sum);
    }
    let mut ranked = Ranked::new();
    for period in PERIODS {
        let from = first_day(period, today);
        let rows: Vec<_> = profiles
            .iter()
            .filter_map(|profile| row(profile, days.get(&profile.member)?, from, today))
            .collect();
        for by in ORDERS {
            let rows = in_order(rows.clone(), by);
            ranked.insert((period, by), Leaderboard { period, by, rows });
        }
    }
    ranked
}

fn in_order(mut rows: Vec<LeaderboardRow>, by: LeaderboardOrder) -> Vec<LeaderboardRow> {
    rows.retain(|row| by != LeaderboardOrder::Cost || row.cost_nano_usd.is_some());
    let figure = |row: &LeaderboardRow| match by {
        LeaderboardOrder::Tokens => i128::from(row.tokens),
        LeaderboardOrder::Cost => i128::from(row.cost_nano_usd.map_or(0, Money::nano_usd)),
        LeaderboardOrder::Streak => i128::from(row.streak_days),
    };
    rows.sort_by(|one, other| {
        figure(other)
            .cmp(&figure(one))
            .then_with(|| one.handle.cmp(&other.handle))
    });
    let mut place = 0;
    let mut before = None;
    for (index, row) in (1..).zip(&mut rows) {
        if before.replace(figure(row)) != Some(figure(row)) {
            place = index;
        }
        row.place = place;
    }
    rows.truncate(ROWS);
    rows
}

fn first_day(period: LeaderboardPeriod, today: Date) -> Option<Date> {
    let days = match period {
        LeaderboardPeriod::Week => 7,
        LeaderboardPeriod::Month => 30,
        LeaderboardPeriod::Year => 365,
        LeaderboardPeriod::All => return None,
    };
    today.checked_sub((days - 1).days()).ok()
}

/// None for whoever used nothing in the period.
fn row(profile: &ProfileRecord, all: &[DaySum], from: Option<Date>, today: Date) -> Option<LeaderboardRow> {
    let inside = all.iter().filter(|sum| from.is_none_or(|from| sum.day >= from));
    let (mut total, mut active) = (SentSum::default(), 0);
    for day in inside {
        total = total.plus(&day.sum);
        active += 1;
    }
    let cost = total.cost().filter(|_| profile.shows_cost);
    (active > 0).then(|| LeaderboardRow {
        place: 0,
        handle: profile.handle.clone(),
        name: profile.name.clone(),
        tokens: total.tokens.unsigned_abs(),
        cost_nano_usd: cost.map(Money::from_nano_usd),
        active_days: active,
        // A run of days does not end where a period begins.
        streak_days: streak(all.iter().map(|sum| sum.day), today).running,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use uuid::Uuid;

    use super::*;

    const TODAY: Date = date(2026, 11, 19);

    fn member(number: u8) -> MemberId {
        MemberId::from_uuid(Uuid::from_bytes([number; 16]))
    }

    fn profile(number: u8, handle: &str, shows_cost: bool) -> ProfileRecord {
        ProfileRecord {
            member: member(number),
            name: handle.to_uppercase(),
            handle: handle.to_owned(),
            is_public: true,
            shows_cost,
        }
    }

    fn used(number: u8, day: Date, tokens: i64) -> DaySum {
        DaySum {
            member: member(number),
            day,
            sum: SentSum {
                messages: 1,
                tokens,
                cost: tokens * 2,
                ..SentSum::default()
            },
        }
    }

    fn board(period: LeaderboardPeriod, by: LeaderboardOrder) -> Vec<(u32, String, u64)> {
        let profiles = [
            profile(1, "ada", true),
            profile(2, "bob", false),
            profile(3, "cleo", true),
        ];
        let days = vec![
            used(1, date(2026, 11, 1), 50),
            used(1, TODAY, 10),
            used(2, date(2026, 11, 18), 30),
            used(2, TODAY, 30),
            used(3, date(2024, 1, 1), 900),
        ];
        let board = rank_all(&profiles, days, TODAY).remove(&(period, by)).unwrap();
        assert_eq!((board.period, board.by), (period, by));
        let rows = board.rows.into_iter();
        rows.map(|row| (row.place, row.handle, row.tokens)).collect()
    }

    #[test]
    fn periods_and_equal_places() {
        let named = |place, handle: &str, tokens| (place, handle.to_owned(), tokens);
        use LeaderboardOrder::Tokens;
        assert_eq!(
            board(LeaderboardPeriod::Week, Tokens),
            [named(1, "bob", 60), named(2, "ada", 10)]
        );
        assert_eq!(
            board(LeaderboardPeriod::Month, Tokens),
            [named(1, "ada", 60), named(1, "bob", 60)]
        );
        assert_eq!(
            board(LeaderboardPeriod::All, Tokens),
            [named(1, "cleo", 900), named(2, "ada", 60), named(2, "bob", 60)]
        );
    }

    #[test]
    fn who_does_not_show_the_cost_is_not_ranked_by_it() {
        let handles = |by| {
            board(LeaderboardPeriod::Month, by)
                .into_iter()
                .map(|row| row.1)
                .collect::<Vec<_>>()
        };
        assert_eq!(handles(LeaderboardOrder::Cost), ["ada"]);
        assert_eq!(handles(LeaderboardOrder::Streak), ["bob", "ada"]);
    }
}
