//! One line for an assistant's status line.

use std::io::{IsTerminal, Read};

use clap::Args;
use serde::{Deserialize, Serialize};
use usage::report::{Sum, windows};

use super::{scope::Scope, screen};
use crate::{failure::Failure, output::Output};

/// An assistant says less than this.
const INPUT_BYTES_MAX: u64 = 1 << 20;

#[derive(Args)]
pub struct Statusline {
    #[command(flatten)]
    scope: Scope,
}

/// What Claude Code says to the command of its status line.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    #[serde(default)]
    session_id: Option<String>,
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
    pub fn run(self) -> Result<Output, Failure> {
        let asked = asked();
        let view = self.scope.view()?;
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
        parts.extend(asked.model.and_then(|model| model.display_name));
        parts.extend(
            session
                .as_ref()
                .map(|sum| format!("{} session", screen::cost_of(sum))),
        );
        parts.push(format!("{} today", screen::cost_of(&today)));
        if let Some(window) = window {
            let left = (window.end_ms() - now) / 60_000;
            parts.push(format!(
                "{} block, {}h{:02} left",
                screen::cost_of(&window.sum),
                left / 60,
                left % 60
            ));
            if let Some(projection) = window.projected(now) {
                parts.push(format!(
                    "{}/h",
                    screen::cost(Some(projection.cost_nano_usd_per_hour))
                ));
            }
        }
        let answer = Answer {
            line: parts.join(" · "),
            session,
            today,
            block: window.map(|window| window.sum.clone()),
        };
        Ok(Output::new(answer.line.clone(), &answer)?)
    }
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
