//! A thousand days of usage as a team has them, with days among them that are known to be unusual.
//!
//! Written before what looks for such days, and it knows nothing of it: a day is unusual here since
//! it was made so, several times what the team had in mind for it. Seeds are fixed, and the numbers
//! come from a generator of its own, so that they are the same for ever.

use jiff::{ToSpan, civil::Date};

pub const SEEDS: [u64; 5] = [11, 23, 47, 89, 131];
pub const DAYS: usize = 1_000;
/// Nothing is known of the time before; so many days are only looked back at.
pub const WARM_UP: usize = 28;
/// A burst of less than this is nobody's concern.
const CONCERN: f64 = 10_000.0;

#[derive(Clone, Copy, Debug)]
pub struct Day {
    pub date: Date,
    pub tokens: u64,
    pub is_unusual: bool,
}

/// What kind of day it is.
enum Kind {
    Usual,
    /// A release, a deadline: more than usual, as it happens to everybody.
    Busy,
    /// A holiday.
    Quiet,
    /// Somebody tries something on a day off.
    Trifle,
    Unusual,
}

struct Team {
    dice: Dice,
    weekday: f64,
    weekend: f64,
    growth: f64,
    noise: f64,
}

/// The days of one team.
pub fn days(seed: u64) -> Vec<Day> {
    let mut dice = Dice(seed);
    let weekday = 20_000.0 * 60_f64.powf(dice.part());
    let mut team = Team {
        weekday,
        weekend: weekday * [0.0, 0.02, 0.15, 0.4][dice.below(4)],
        growth: dice.between(-0.0005, 0.001),
        noise: dice.between(0.1, 0.18),
        dice,
    };
    let first = Date::constant(2023, 1, 2);
    (0..DAYS).map(|number| team.day(first, number)).collect()
}

impl Team {
    fn day(&mut self, first: Date, number: usize) -> Day {
        let span = i64::try_from(number).unwrap_or(0).days();
        let date = first.checked_add(span).unwrap_or(first);
        let level = self.level(number);
        let kind = self.kind(number, level);
        let noise = (self.noise * self.dice.normal()).exp();
        let tokens = match kind {
            Kind::Usual => level * noise,
            Kind::Busy => level * noise * self.dice.between(1.2, 1.5),
            Kind::Quiet => level * self.dice.between(0.0, 0.2),
            Kind::Trifle => self.dice.between(1_000.0, 9_000.0),
            Kind::Unusual => {
                (level * noise * self.dice.between(2.8, 9.0)).max(self.dice.between(15_000.0, 90_000.0))
            }
        };
        Day {
            date,
            tokens: tokens.round() as u64,
            is_unusual: matches!(kind, Kind::Unusual) && tokens > CONCERN,
        }
    }

    /// What the team has in mind for the day.
    fn level(&self, number: usize) -> f64 {
        let days = number as f64;
        let base = if number % 7 < 5 {
            self.weekday
        } else {
            self.weekend
        };
        let season = 1.0 + 0.1 * (days / 365.0 * std::f64::consts::TAU).sin();
        base * season * (1.0 + self.growth).powf(days)
    }

    fn kind(&mut self, number: usize, level: f64) -> Kind {
        let dice = self.dice.part();
        if dice < 0.04 && number >= WARM_UP {
            Kind::Unusual
        } else if level < 2_000.0 {
            if dice > 0.9 { Kind::Trifle } else { Kind::Usual }
        } else if dice > 0.98 {
            Kind::Quiet
        } else if dice > 0.94 {
            Kind::Busy
        } else {
            Kind::Usual
        }
    }
}

/// Numbers that only depend on the seed (SplitMix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1, without 1.
    fn part(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn between(&mut self, least: f64, most: f64) -> f64 {
        least + (most - least) * self.part()
    }

    fn below(&mut self, count: usize) -> usize {
        (self.part() * count as f64) as usize
    }

    /// Of a normal distribution, by Box and Muller.
    fn normal(&mut self) -> f64 {
        let (one, other) = (1.0 - self.part(), self.part());
        (-2.0 * one.ln()).sqrt() * (other * std::f64::consts::TAU).cos()
    }
}
