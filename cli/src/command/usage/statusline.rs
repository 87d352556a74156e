//! One line for an assistant's status line.

use std::{
    io::{IsTerminal, Read},
    path::PathBuf,
};

use clap::Args;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use usage::{
    Client, Extent,
    report::{Sum, WINDOW_MS, windows},
};

use super::{
    currency,
    scope::{Scope, View},
};
use crate::{failure::Failure, hidden::clean, output::Output};

/// An assistant says less than this.
const INPUT_BYTES_MAX: u64 = 1 << 20;
const DAY_MS: i64 = 24 * 3_600_000;
/// Today began at most a day and a half ago somewhere on earth.
const DAYS_BACK: i64 = 3;

#[derive(Args)]
pub struct Statusline {
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    currency: currency::Asked,
}

/// What Claude Code says to the command of its status line.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    session_id: Option<String>,
    /// Where the session's log is.
    #[serde(default)]
    transcript_path: Option<PathBuf>,
    #[serde(default)]
    model: Option<Model>,
}

#[derive(Debug, Deserialize)]
struct Model {
    #[serde(default)]
    display_name: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    line: String,
    session: Option<Sum>,
    today: Sum,
    block: Option<Sum>,
}

impl Statusline {
    pub fn run(self, json: bool) -> Result<Output, Failure> {
        let money = self.currency.shown(&self.scope.engine()?.home)?;
        let asked = asked();
        let view = self.view(&asked)?;
        let now = view.now.as_millisecond();
        let mut days = view.days();
        let today = Sum::of(
            &view.fold,
            view.cells()
                .filter(|cell| days.day(cell.key.quarter) == view.today),
        );
        let session = asked.session_id.as_deref().map(|id| {
            let cells = view.cells();
            Sum::of(
                &view.fold,
                cells.filter(|cell| view.fold.name(cell.key.session) == id),
            )
        });
        let windows = windows(&view.fold, view.cells());
        let window = windows.last().filter(|window| window.is_active(now));
        let mut parts = Vec::new();
        let model = asked.model.and_then(|model| model.display_name);
        parts.extend(model.map(|name| clean(&name).into_owned()));
        parts.extend(
            session
                .as_ref()
                .map(|sum| format!("{} session", money.cost_of(sum))),
        );
        parts.push(format!("{} today", money.cost_of(&today)));
        if let Some(window) = window {
            let left = (window.end_ms() - now) / 60_000;
            parts.push(format!(
                "{} block, {}h{:02} left",
                money.cost_of(&window.sum),
                left / 60,
                left % 60
            ));
            if let Some(projection) = window.projected(now) {
                parts.push(format!(
                    "{}/h",
                    money.cost(Some(projection.cost_nano_usd_per_hour))
                ));
            }
        }
        let answer = Answer {
            line: parts.join(" · "),
            session,
            today,
            block: window.map(|window| window.sum.clone()),
        };
        Ok(money.output(json, || answer.line.clone(), &answer)?)
    }
}

impl Statusline {
    /// The days that the line is about: those of today in any zone, those of the session, and
    /// those before from which the present window of five hours may go on.
    fn view(&self, asked: &Asked) -> Result<View, Failure> {
        let engine = self.scope.engine()?;
        let today = Timestamp::now().as_millisecond().div_euclid(DAY_MS);
        let mut extent = Extent {
            first_day: today - DAYS_BACK,
            session: asked.session_id.clone(),
            ..Extent::default()
        };
        let named = asked.transcript_path.as_deref();
        let named = named.map(|path| (Client::Claude, path));
        let look = |extent: &Extent| {
            let glance = engine.glance(extent, named);
            self.scope
                .view_of(glance.unwrap_or_else(|| engine.scan_part(extent)))
        };
        let view = look(&extent)?;
        if has_break(&view, extent.first_day) {
            return Ok(view);
        }
        extent.first_day = 0;
        look(&extent)
    }
}

/// Whether there were five hours without work among these days. Where a window begins depends on
/// the one before, back to such a break.
fn has_break(view: &View, first_day: i64) -> bool {
    let first_ms = first_day * DAY_MS;
    let mut at: Vec<(i64, i64)> = view
        .cells()
        .map(|cell| (cell.first_ms, cell.last_ms))
        .filter(|(first, _)| *first >= first_ms)
        .collect();
    at.sort_unstable();
    let now = view.now.as_millisecond();
    let mut last = first_ms;
    for (first_ms, last_ms) in at.into_iter().chain([(now, now)]) {
        if first_ms - last >= WINDOW_MS {
            return true;
        }
        last = last.max(last_ms);
    }
    false
}

/// Whoever calls from a terminal says nothing.
fn asked() -> Asked {
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Asked::default();
    }
    let mut text = Vec::new();
    let read = stdin.lock().take(INPUT_BYTES_MAX).read_to_end(&mut text);
    // A status line is shown without the session rather than not at all.
    read.ok()
        .and_then(|_| serde_json::from_slice(&text).ok())
        .unwrap_or_default()
}
