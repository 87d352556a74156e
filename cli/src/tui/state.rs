//! What is known and what is chosen; nothing here draws, reads or waits.

use ratatui::layout::{Position, Rect};
use usage::{Client, report::Sum};

use super::{
    accounts::Accounts,
    skin::Skin,
    tables::{Line, Period, Question, Tables},
};
use crate::{command::usage::screen, picture::terminal::Depth};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Overview,
    Models,
    Days,
    Branches,
    Accounts,
    Live,
}

impl Tab {
    pub const ALL: [Self; 6] = [
        Self::Overview,
        Self::Models,
        Self::Days,
        Self::Branches,
        Self::Accounts,
        Self::Live,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Models => "Models",
            Self::Days => "Days",
            Self::Branches => "Branches",
            Self::Accounts => "Accounts",
            Self::Live => "Live",
        }
    }

    pub const fn place(self) -> usize {
        self as usize
    }

    /// Whether it is a table of sums, which can be sorted and filtered.
    pub const fn is_table(self) -> bool {
        matches!(self, Self::Models | Self::Days | Self::Branches)
    }
}

/// A column of a table of sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Key(usize),
    Messages,
    Input,
    Output,
    CacheRead,
    CacheWrite,
    Tokens,
    Cost,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub column: Column,
    pub is_descending: bool,
}

/// Where one table stands.
#[derive(Clone, Copy, Debug)]
pub struct List {
    pub selected: usize,
    /// The first row in view.
    pub offset: usize,
    pub sort: Sort,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    Help,
    Row,
}

/// Where the last drawing put what a pointer can meet.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    pub tabs: Vec<(Rect, Tab)>,
    pub headers: Vec<(Rect, Column)>,
    /// The rows in view, and the first of them.
    pub rows: Rect,
    pub offset: usize,
}

impl Hits {
    pub fn tab(&self, at: Position) -> Option<Tab> {
        let hit = self.tabs.iter().find(|(area, _)| area.contains(at));
        hit.map(|(_, tab)| *tab)
    }

    pub fn header(&self, at: Position) -> Option<Column> {
        let hit = self.headers.iter().find(|(area, _)| area.contains(at));
        hit.map(|(_, column)| *column)
    }

    pub fn row(&self, at: Position) -> Option<usize> {
        let is_in = self.rows.contains(at);
        is_in.then(|| self.offset + usize::from(at.y - self.rows.y))
    }
}

#[derive(Debug)]
pub struct State {
    pub tab: Tab,
    pub question: Question,
    pub skin: Skin,
    /// As many colours as the terminal has.
    pub depth: Depth,
    pub tables: Option<Box<Tables>>,
    /// Files read of those that have to be, while a scan runs.
    pub progress: Option<(usize, usize)>,
    pub failure: Option<String>,
    pub lists: [List; 6],
    pub filter: String,
    pub is_typing: bool,
    pub overlay: Option<Overlay>,
    pub accounts: Accounts,
    pub hits: Hits,
}

impl State {
    pub fn new(skin: Skin, depth: Depth) -> Self {
        let by_cost = Sort {
            column: Column::Cost,
            is_descending: true,
        };
        let by_day = Sort {
            column: Column::Key(0),
            is_descending: true,
        };
        let mut lists = [List {
            selected: 0,
            offset: 0,
            sort: by_cost,
        }; 6];
        lists[Tab::Days.place()].sort = by_day;
        Self {
            tab: Tab::Overview,
            question: Question::default(),
            skin,
            depth,
            tables: None,
            progress: Some((0, 0)),
            failure: None,
            lists,
            filter: String::new(),
            is_typing: false,
            overlay: None,
            accounts: Accounts::default(),
            hits: Hits::default(),
        }
    }

    pub fn list(&self) -> &List {
        &self.lists[self.tab.place()]
    }

    pub fn list_mut(&mut self) -> &mut List {
        &mut self.lists[self.tab.place()]
    }

    /// The columns that a tab's lines are named by.
    pub fn keys(tab: Tab) -> &'static [&'static str] {
        match tab {
            Tab::Models => &["client", "model"],
            Tab::Days => &["day"],
            Tab::Branches => &["project", "branch"],
            _ => &[],
        }
    }

    /// The tab's lines, filtered and sorted.
    pub fn lines(&self) -> Vec<&Line> {
        let Some(tables) = &self.tables else {
            return Vec::new();
        };
        let lines = match self.tab {
            Tab::Models => &tables.models,
            Tab::Days => &tables.days,
            Tab::Branches => &tables.branches,
            _ => return Vec::new(),
        };
        let wanted = self.filter.to_lowercase();
        let is_wanted = |line: &&Line| {
            wanted.is_empty() || line.keys.iter().any(|key| key.to_lowercase().contains(&wanted))
        };
        let mut lines: Vec<&Line> = lines.iter().filter(is_wanted).collect();
        let sort = self.list().sort;
        lines.sort_by(|one, two| {
            let order = match sort.column {
                Column::Key(place) => one.keys[place..].cmp(&two.keys[place..]),
                column => number(column, &one.sum).cmp(&number(column, &two.sum)),
            };
            if sort.is_descending {
                order.reverse()
            } else {
                order
            }
        });
        lines
    }

    /// How many rows the tab in view has.
    pub fn row_count(&self) -> usize {
        match (self.tab, &self.tables) {
            (Tab::Live, Some(tables)) => tables.sessions.len(),
            (Tab::Accounts, _) => self.accounts.list.len(),
            _ => self.lines().len(),
        }
    }

    pub fn selected_line(&self) -> Option<&Line> {
        self.lines().get(self.list().selected).copied()
    }

    /// Whether the tables in view are still those of an earlier question.
    pub fn is_waiting(&self) -> bool {
        self.tables
            .as_ref()
            .is_none_or(|tables| tables.question != self.question)
    }

    pub fn next_period(&mut self, step: isize) {
        let places = Period::ALL.len().cast_signed();
        let now = Period::ALL
            .iter()
            .position(|period| *period == self.question.period)
            .unwrap_or(0)
            .cast_signed();
        let next = (now + step).rem_euclid(places).unsigned_abs();
        self.question.period = Period::ALL[next];
    }

    /// All clients, then each that has logs, then all again.
    pub fn next_client(&mut self) {
        let clients: &[Client] = self.tables.as_ref().map_or(&[], |tables| &tables.clients);
        let place = self
            .question
            .client
            .and_then(|client| clients.iter().position(|known| *known == client));
        self.question.client = match (self.question.client, place) {
            (None, _) => clients.first().copied(),
            (Some(_), Some(place)) => clients.get(place + 1).copied(),
            (Some(_), None) => None,
        };
    }
}

pub fn number(column: Column, sum: &Sum) -> i128 {
    let count = match column {
        Column::Key(_) => 0,
        Column::Messages => sum.messages,
        Column::Input => sum.tokens.input,
        Column::Output => sum.tokens.output,
        Column::CacheRead => sum.tokens.cache_read,
        Column::CacheWrite => sum.tokens.cache_write,
        Column::Tokens => sum.tokens.total(),
        // What has no price comes after what is free, and more of it before less.
        Column::Cost => {
            return match sum.cost() {
                Some(cost) => i128::from(cost) << 64,
                None => i128::from(sum.tokens.total()) - (1 << 64),
            };
        }
    };
    i128::from(count)
}

/// As a table shows it.
pub fn shown(column: Column, sum: &Sum) -> String {
    match column {
        Column::Key(_) => String::new(),
        Column::Messages => crate::table::count(sum.messages),
        Column::Cost => screen::cost_of(sum),
        column => screen::short(u64::try_from(number(column, sum)).unwrap_or(0)),
    }
}
