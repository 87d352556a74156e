//! Invented usage: a year of it, or as much as no screen can hold.

use jiff::{Timestamp, ToSpan, civil::Date, civil::Weekday, tz::TimeZone};
use usage::{
    Client,
    cost::Prices,
    fold::{Cell, Folder},
    record::{FileRecords, Record, Tokens},
};

use super::tables::{Question, Tables};
use crate::command::usage::scope::View;

pub const TODAY: Date = Date::constant(2026, 11, 26);

const DAY_MS: i64 = 86_400_000;

/// How much is invented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    Empty,
    Usual,
    /// Thousands of branches, names without end, letters twice as wide, and the largest counts.
    Huge,
}

impl Amount {
    pub const ALL: [Self; 3] = [Self::Empty, Self::Usual, Self::Huge];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Usual => "usual",
            Self::Huge => "huge",
        }
    }
}

/// A row of numbers that looks like chance and is always the same.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

const MODELS: [(Client, &str); 7] = [
    (Client::Claude, "claude-opus-4-5"),
    (Client::Claude, "claude-sonnet-4-5"),
    (Client::Claude, "claude-haiku-4-5"),
    (Client::Codex, "gpt-5.1-codex"),
    (Client::Gemini, "gemini-3-pro-preview"),
    (Client::Copilot, "gpt-5-mini"),
    (Client::Qwen, "a-model-of-ones-own"),
];

const PLACES: [(&str, &str); 6] = [
    ("/home/ada/work/engine", "main"),
    ("/home/ada/work/engine", "feature/difference-tables"),
    ("/home/ada/work/notes", "main"),
    ("/home/ada/work/notes", "fix/translation-of-menabrea"),
    ("/home/ada/work/site", "redesign"),
    ("/home/ada/play", ""),
];

pub fn now() -> Timestamp {
    "2026-11-26T13:30:00Z".parse().unwrap()
}

pub fn view(amount: Amount) -> View {
    let (mut folder, mut file, mut dice) = (Folder::default(), FileRecords::default(), Dice(7));
    let mut prices = Prices::default();
    let days = if amount == Amount::Empty { 0 } else { 400 };
    for back in (0..days).rev() {
        let day = TODAY.checked_sub(i64::from(back).days()).unwrap();
        let is_weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        let most = if is_weekend { 5 } else { 22 };
        // People rest, and the wave is the year's.
        let wave = 12 - (back / 30_i32 % 12 - 6).abs();
        let count = match dice.roll(9) {
            0 => 0,
            _ => dice.roll(most) * u64::try_from(wave).unwrap() / 6,
        };
        let count = if back == 0 { count.max(6) } else { count };
        for turn in 0..count {
            let minutes = i64::try_from(810 - turn * 9).unwrap();
            let midnight = now().as_millisecond().div_euclid(DAY_MS) * DAY_MS - i64::from(back) * DAY_MS;
            let at = midnight + minutes * 60_000;
            respond(&mut folder, &mut file, &mut prices, &mut dice, amount, at);
        }
    }
    View {
        fold: folder.finish(),
        notes: Vec::new(),
        zone: TimeZone::UTC,
        week_start: Weekday::Monday,
        today: TODAY,
        now: now(),
    }
}

fn respond(
    folder: &mut Folder,
    file: &mut FileRecords,
    prices: &mut Prices,
    dice: &mut Dice,
    amount: Amount,
    at_ms: i64,
) {
    let roll = |dice: &mut Dice, sides: usize| usize::try_from(dice.roll(sides as u64)).unwrap();
    // The first are used more than the last.
    let (client, model) = MODELS[roll(dice, MODELS.len()).min(roll(dice, MODELS.len()))];
    let (project, branch) = PLACES[roll(dice, PLACES.len()).min(roll(dice, PLACES.len()))];
    let mut names = (model.to_owned(), project.to_owned(), branch.to_owned());
    let mut scale = 1;
    if amount == Amount::Huge {
        scale = 1_000_000;
        names = match dice.roll(4) {
            0 => (
                format!("{model}-日本語の長い名前のモデル-{}", dice.roll(40)),
                "/仕事/解析機関".into(),
                "機能/階差".into(),
            ),
            1 => (
                format!("{model}-{}", "with-a-name-that-never-ends-".repeat(5)),
                project.to_owned() + &"/deeper".repeat(30),
                format!("branch-{}", dice.roll(100_000)),
            ),
            2 => (
                format!("evil\u{1b}[31m\u{7}-{}", dice.roll(500)),
                "/\u{1b}]0;title\u{7}".into(),
                "👩‍🔬/é́".into(),
            ),
            _ => (names.0, names.1, format!("{branch}-{}", dice.roll(100_000))),
        };
    }
    let session = format!("{client:?}-{}", at_ms / 86_400_000);
    let record = Record {
        at_ms,
        tokens: Tokens {
            input: (200 + dice.roll(4_000)) * scale,
            output: (100 + dice.roll(3_000)) * scale,
            cache_read: dice.roll(90_000) * scale,
            cache_write: dice.roll(9_000) * scale,
            ..Tokens::default()
        },
        model: file.name(&names.0),
        project: file.name(&names.1),
        branch: file.name(&names.2),
        session: file.name(&session),
        ..Record::default()
    };
    folder.add(client, file, &record, prices);
}

pub fn tables(amount: Amount, question: Question) -> Tables {
    let mut view = view(amount);
    let cells: Vec<Cell> = std::mem::take(&mut view.fold.cells);
    Tables::new(&mut view, &cells, question, 12)
}
