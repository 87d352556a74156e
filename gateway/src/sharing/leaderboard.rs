//! Who used the most: of members who want to be seen.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::{ToSpan, civil::Date};
use protocol::{
    MemberId, Money,
    api::{Leaderboard, LeaderboardOrder, LeaderboardPeriod, LeaderboardQuery, LeaderboardRow},
};

use super::streak;
use crate::ledger::{DaySum, LedgerError, ProfileRecord, Reader, SentSum};

/// Everybody may ask, so the sums are read at most so often.
const FRESH_MS: i64 = 15_000;
const ROWS: usize = 100;

/// What all leaderboards are made of.
struct Sums {
    read_at: i64,
    profiles: Vec<ProfileRecord>,
    days: HashMap<MemberId, Vec<DaySum>>,
}

#[derive(Default)]
pub struct Boards {
    sums: Mutex<Option<Arc<Sums>>>,
}

impl Boards {
    pub async fn board(
        &self,
        reader: &Reader,
        query: LeaderboardQuery,
        today: Date,
        now: i64,
    ) -> Result<Leaderboard, LedgerError> {
        let sums = self.sums(reader, now).await?;
        Ok(rank(&sums.profiles, &sums.days, query, today))
    }

    /// What was changed here is seen at once.
    pub fn forget(&self) {
        *self.sums.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn sums(&self, reader: &Reader, now: i64) -> Result<Arc<Sums>, LedgerError> {
        let kept = self.sums.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(kept) = kept.filter(|kept| (0..FRESH_MS).contains(&(now - kept.read_at))) {
            return Ok(kept);
        }
        let people = reader.people();
        let mut days: HashMap<MemberId, Vec<DaySum>> = HashMap::new();
        for sum in people.public_days().await? {
            days.entry(sum.member).or_default().push(sum);
        }
        let read = Arc::new(Sums {
            read_at: now,
            profiles: people.profiles().await?,
            days,
        });
        *self.sums.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&read));
        Ok(read)
    }
}

fn rank(
    profiles: &[ProfileRecord],
    days: &HashMap<MemberId, Vec<DaySum>>,
    query: LeaderboardQuery,
    today: Date,
) -> Leaderboard {
    let from = first_day(query.period, today);
    let mut rows: Vec<_> = profiles
        .iter()
        .filter_map(|profile| row(profile, days.get(&profile.member)?, from, today))
        .filter(|row| query.by != LeaderboardOrder::Cost || row.cost_nano_usd.is_some())
        .collect();
    let figure = |row: &LeaderboardRow| match query.by {
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
    Leaderboard {
        period: query.period,
        by: query.by,
        rows,
    }
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
        let days = HashMap::from([
            (
                member(1),
                vec![used(1, date(2026, 11, 1), 50), used(1, TODAY, 10)],
            ),
            (
                member(2),
                vec![used(2, date(2026, 11, 18), 30), used(2, TODAY, 30)],
            ),
            (member(3), vec![used(3, date(2024, 1, 1), 900)]),
        ]);
        let query = LeaderboardQuery { period, by };
        let rows = rank(&profiles, &days, query, TODAY).rows;
        rows.into_iter()
            .map(|row| (row.place, row.handle, row.tokens))
            .collect()
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
