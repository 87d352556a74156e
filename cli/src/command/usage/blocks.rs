//! Windows of five hours, as subscriptions count them.

use clap::Args;
use jiff::Timestamp;
use serde::Serialize;
use usage::{
    discovery::Note,
    report::{Sum, Window, windows},
};

use super::{
    csv,
    currency::{self, Shown},
    scope::{Scope, View},
    screen,
};
use crate::{failure::Failure, output::Output, table::Column};

#[derive(Args)]
pub struct Blocks {
    #[command(flatten)]
    scope: Scope,
    /// Only the window that is running now
    #[arg(long)]
    active: bool,
    /// Print comma-separated values
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    #[command(flatten)]
    currency: currency::Asked,
}

#[derive(Serialize)]
struct Answer<'a> {
    blocks: Vec<Block<'a>>,
    notes: &'a [Note],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Block<'a> {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    active: bool,
    projection: Option<Projection>,
    #[serde(flatten)]
    sum: &'a Sum,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Projection {
    total_tokens: u64,
    cost_nano_usd: String,
    tokens_per_minute: u64,
    cost_nano_usd_per_hour: String,
}

impl Blocks {
    pub fn run(self, json: bool) -> Result<Output, Failure> {
        let money = self.currency.shown(&self.scope.engine()?.home)?;
        let view = self.scope.view()?;
        let now = view.now.as_millisecond();
        let mut windows = windows(&view.fold, view.cells());
        windows.retain(|window| !self.active || window.is_active(now));
        let answer = Answer {
            blocks: windows.iter().map(|window| block(window, now)).collect(),
            notes: &view.notes,
        };
        let text = || match self.csv {
            true => csv(&windows, now, &money),
            false => text(&view, &windows, now, &money) + &money.footer() + &screen::notes(&view.notes),
        };
        Ok(money.output(json, text, &answer)?)
    }
}

fn block(window: &Window, now: i64) -> Block<'_> {
    let projection = window.projected(now).map(|projection| Projection {
        total_tokens: projection.tokens,
        cost_nano_usd: projection.cost_nano_usd.to_string(),
        tokens_per_minute: projection.tokens_per_minute,
        cost_nano_usd_per_hour: projection.cost_nano_usd_per_hour.to_string(),
    });
    Block {
        start: Timestamp::from_millisecond(window.start_ms).ok(),
        end: Timestamp::from_millisecond(window.end_ms()).ok(),
        active: window.is_active(now),
        projection,
        sum: &window.sum,
    }
}

fn csv(windows: &[Window], now: i64, money: &Shown) -> String {
    let time = |ms: i64| Timestamp::from_millisecond(ms).map_or_else(|_| String::new(), |at| at.to_string());
    let row = |window: &Window| {
        let keys = [
            time(window.start_ms),
            time(window.end_ms()),
            window.is_active(now).to_string(),
        ];
        [keys.to_vec(), csv::counts(&window.sum, money)].concat()
    };
    let rows: Vec<Vec<String>> = windows.iter().map(row).collect();
    csv::render(&csv::titles(&["start", "end", "active"], money), &rows)
}

fn text(view: &View, windows: &[Window], now: i64, money: &Shown) -> String {
    let Some(last) = windows.last() else {
        return "No window of five hours has usage in it.".into();
    };
    let local = |ms: i64| {
        let at = Timestamp::from_millisecond(ms).unwrap_or_default();
        view.zone.to_datetime(at)
    };
    let lines: Vec<_> = windows
        .iter()
        .map(|window| {
            let (start, end) = (local(window.start_ms), local(window.end_ms()));
            let mark = if window.is_active(now) { " now" } else { "" };
            let key = format!(
                "{} - {}{mark}",
                start.strftime("%Y-%m-%d %H:%M"),
                end.strftime("%H:%M")
            );
            (vec![key], window.sum.clone())
        })
        .collect();
    let mut text = screen::sums(&[Column::Text("WINDOW")], &lines, None, money);
    if let Some(projection) = last.projected(now) {
        let left = (last.end_ms() - now) / 60_000;
        text += &format!(
            "\n\nnow: {} tokens a minute, {} an hour; {} h {} min left, {} and {} tokens at its end",
            screen::short(projection.tokens_per_minute),
            money.cost(Some(projection.cost_nano_usd_per_hour)),
            left / 60,
            left % 60,
            money.cost(Some(projection.cost_nano_usd)),
            screen::short(projection.tokens)
        );
    }
    text
}
