//! What the screens show, worked out of the fold by the same functions as the reports.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use usage::{
    Client,
    discovery::Note,
    fold::{Cell, QUARTER_MS},
    report::{Projection, Sum, Window, group, windows},
};

use crate::command::usage::{
    By,
    report::groups,
    scope::{View, week_of},
};

/// A session that said something within so many minutes is running.
const RUNNING_MINUTES: i64 = 30;
/// As many quarters of an hour are drawn of a running session: three hours.
pub const PULSE: usize = 12;
const TREND_DAYS_MAX: i64 = 366;

/// Which days the tables are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    Today,
    Week,
    #[default]
    Month,
    Days90,
    Year,
    All,
}

impl Period {
    pub const ALL: [Self; 6] = [
        Self::Today,
        Self::Week,
        Self::Month,
        Self::Days90,
        Self::Year,
        Self::All,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Week => "this week",
            Self::Month => "30 days",
            Self::Days90 => "90 days",
            Self::Year => "this year",
            Self::All => "all",
        }
    }

    pub fn first(self, view: &View) -> Date {
        let back = |days: i64| view.today.checked_sub(days.days()).unwrap_or(view.today);
        match self {
            Self::Today => view.today,
            Self::Week => week_of(view.today, view.week_start),
            Self::Month => back(29),
            Self::Days90 => back(89),
            Self::Year => view.today.first_of_year(),
            Self::All => Date::MIN,
        }
    }
}

/// What the tables are cut to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Question {
    pub period: Period,
    pub client: Option<Client>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub keys: Vec<String>,
    pub sum: Sum,
}

/// A session that is running now.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    pub client: Client,
    pub project: String,
    /// Of its latest response.
    pub branch: String,
    pub model: String,
    pub sum: Sum,
    /// Tokens of the last quarters of an hour, the present one last.
    pub pulse: [u64; PULSE],
}

#[derive(Clone, Debug)]
pub struct Tables {
    pub question: Question,
    pub today: Date,
    pub zone: jiff::tz::TimeZone,
    pub now_ms: i64,
    /// Today, this week, this month and everything, of the chosen client.
    pub spans: [Sum; 4],
    pub total: Sum,
    /// Every day of the period up to today.
    pub trend: Vec<(Date, Sum)>,
    pub models: Vec<Line>,
    pub days: Vec<Line>,
    pub branches: Vec<Line>,
    pub sessions: Vec<Session>,
    pub window: Option<(Window, Option<Projection>)>,
    /// Those that have logs here, whatever was asked for.
    pub clients: Vec<Client>,
    pub notes: Vec<Note>,
    pub files: usize,
}

impl Tables {
    /// Works everything out. `cells` are those of all clients and times; `view` lends the rest.
    pub fn new(view: &mut View, cells: &[Cell], question: Question, files: usize) -> Self {
        let mut clients: Vec<Client> = cells.iter().map(|cell| cell.key.client).collect();
        clients.sort_unstable();
        clients.dedup();
        let is_of = |cell: &&Cell| question.client.is_none_or(|client| cell.key.client == client);
        let of_client: Vec<Cell> = cells.iter().filter(is_of).copied().collect();
        let mut days = view.days();
        let since = |view: &View, first: Date| {
            let mut days = view.days();
            let wanted = of_client
                .iter()
                .filter(|cell| days.day(cell.key.quarter) >= first);
            Sum::of(&view.fold, wanted)
        };
        let spans = [
            since(view, view.today),
            since(view, week_of(view.today, view.week_start)),
            since(view, view.today.first_of_month()),
            since(view, Date::MIN),
        ];
        let now_ms = view.now.as_millisecond();
        let sessions = running(view, &of_client, now_ms);
        let window = active_window(view, &of_client, now_ms);
        let first = question.period.first(view);
        view.fold.cells = of_client;
        view.fold.cells.retain(|cell| days.day(cell.key.quarter) >= first);
        let lines = |by| {
            let groups = groups(view, by).into_iter();
            groups.map(|(keys, sum)| Line { keys, sum }).collect::<Vec<_>>()
        };
        Self {
            question,
            today: view.today,
            zone: view.zone.clone(),
            now_ms,
            spans,
            total: Sum::of(&view.fold, view.cells()),
            trend: trend(view, first),
            models: lines(By::Model),
            days: lines(By::Day),
            branches: lines(By::Branch),
            sessions,
            window,
            clients,
            notes: view.notes.clone(),
            files,
        }
    }
}

/// Each day from the first that has something on, at most a year of them.
fn trend(view: &View, first: Date) -> Vec<(Date, Sum)> {
    let mut days = view.days();
    let sums = group(&view.fold, view.cells(), |cell| days.day(cell.key.quarter));
    let earliest = sums.keys().next().copied().unwrap_or(view.today);
    let back = view
        .today
        .checked_sub((TREND_DAYS_MAX - 1).days())
        .unwrap_or(view.today);
    let start = if first == Date::MIN { earliest } else { first };
    start
        .max(back)
        .series(1.day())
        .take_while(|day| *day <= view.today)
        .map(|day| (day, sums.get(&day).cloned().unwrap_or_default()))
        .collect()
}

fn active_window(view: &View, cells: &[Cell], now_ms: i64) -> Option<(Window, Option<Projection>)> {
    let window = windows(&view.fold, cells.iter()).pop()?;
    let projection = window.projected(now_ms);
    window.is_active(now_ms).then_some((window, projection))
}

fn running(view: &View, cells: &[Cell], now_ms: i64) -> Vec<Session> {
    let fold = &view.fold;
    let mut last: BTreeMap<(Client, u32), i64> = BTreeMap::new();
    for cell in cells {
        let at = last
            .entry((cell.key.client, cell.key.session))
            .or_insert(i64::MIN);
        *at = (*at).max(cell.last_ms);
    }
    last.retain(|_, at| *at >= now_ms - RUNNING_MINUTES * 60_000);
    let mut sessions: BTreeMap<(Client, u32), Vec<&Cell>> = BTreeMap::new();
    for cell in cells {
        let key = (cell.key.client, cell.key.session);
        if last.contains_key(&key) {
            sessions.entry(key).or_default().push(cell);
        }
    }
    let mut sessions: Vec<Session> = sessions
        .into_iter()
        .filter_map(|((client, _), cells)| {
            let latest = cells.iter().max_by_key(|cell| cell.last_ms)?;
            Some(Session {
                client,
                project: fold.name(latest.key.project).to_owned(),
                branch: fold.name(latest.key.branch).to_owned(),
                model: fold.name(latest.key.model).to_owned(),
                pulse: pulse(&cells, now_ms),
                sum: Sum::of(fold, cells.iter().copied()),
            })
        })
        .collect();
    sessions.sort_by_key(|session| std::cmp::Reverse(session.sum.last_ms));
    sessions
}

fn pulse(cells: &[&Cell], now_ms: i64) -> [u64; PULSE] {
    let present = now_ms.div_euclid(QUARTER_MS);
    let mut pulse = [0_u64; PULSE];
    for cell in cells {
        let back = usize::try_from(present - cell.key.quarter).unwrap_or(0);
        if let Some(place) = (PULSE - 1).checked_sub(back) {
            pulse[place] = pulse[place].saturating_add(cell.tokens.total());
        }
    }
    pulse
}
