//! Follows live sessions until it is stopped.

use std::{
    io::{self, Write},
    thread,
};

use clap::Args;
use jiff::{Timestamp, tz::TimeZone};
use protocol::{Code, Problem};
use serde::Serialize;
use usage::{
    Watch as Watcher,
    report::Sum,
    watch::{Look, News},
};

use super::{
    currency::{self, Shown},
    scope::{Scope, View},
    screen,
};
use crate::{failure::Failure, hidden::clean, output::Output, table::count};

#[derive(Args)]
pub struct Watch {
    #[command(flatten)]
    scope: Scope,
    #[command(flatten)]
    currency: currency::Asked,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    at: Timestamp,
    /// Empty in the first event, which says where things stand.
    news: &'a [News],
    today: Sum,
}

impl Watch {
    pub fn run(self, json: bool) -> Result<Output, Failure> {
        let money = self.currency.shown(&self.scope.engine()?.home)?;
        let mut watch = Watcher::new(self.scope.engine()?);
        loop {
            if let Some(look) = watch.look()
                && let Err(error) = self.tell(look, json, &money)?
            {
                // A reader that has seen enough ends it.
                return match error.kind() {
                    io::ErrorKind::BrokenPipe => Ok(Output::new("", &())?),
                    kind => Err(Problem::new(
                        Code::InvalidRequest,
                        format!("What happened could not be written: {kind}."),
                    )
                    .with_hint("Check where the output goes to.")
                    .into()),
                };
            }
            thread::sleep(watch.pause());
        }
    }

    fn tell(&self, look: Look, json: bool, money: &Shown) -> Result<io::Result<()>, Failure> {
        let news: Vec<News> = look
            .news
            .into_iter()
            .filter(|news| self.is_wanted(news))
            .collect();
        let view = self.scope.view_of(look.scan)?;
        let mut days = view.days();
        let today = Sum::of(
            &view.fold,
            view.cells()
                .filter(|cell| days.day(cell.key.quarter) == view.today),
        );
        let text = match json {
            true => money
                .told(&Event {
                    at: view.now,
                    news: &news,
                    today,
                })?
                .get()
                .to_owned(),
            false => text(&view, &news, &today, money),
        };
        let mut stdout = anstream::stdout().lock();
        Ok(writeln!(stdout, "{text}").and_then(|()| stdout.flush()))
    }

    fn is_wanted(&self, news: &News) -> bool {
        self.scope
            .is_wanted_name(&news.place.model, &news.place.project, &news.place.branch)
    }
}

fn text(view: &View, news: &[News], today: &Sum, money: &Shown) -> String {
    let total = format!(
        "{} messages, {} tokens, {} today",
        count(today.messages),
        screen::short(today.tokens.total()),
        money.cost_of(today)
    );
    if news.is_empty() {
        return total + &money.footer() + &screen::notes(&view.notes);
    }
    let lines: Vec<String> = news.iter().map(|news| line(news, &view.zone, money)).collect();
    format!("{}\n         {total}", lines.join("\n"))
}

/// `12:03:04 claude claude-sonnet-4-5 ~/work/a@main +1 message, 12.3k in, 812 out, $0.12`
fn line(news: &News, zone: &TimeZone, money: &Shown) -> String {
    let at = Timestamp::from_millisecond(news.last_ms).unwrap_or_default();
    let place = &news.place;
    let branch = match place.branch.as_str() {
        "" => String::new(),
        branch => format!("@{}", clean(branch)),
    };
    let input = news.input_tokens + news.cache_read_tokens + news.cache_write_tokens;
    let cost = news.cost_nano_usd.as_ref().and_then(|cost| cost.parse().ok());
    format!(
        "{} {} {} {}{branch} +{}, {} in, {} out, {}",
        zone.to_datetime(at).strftime("%H:%M:%S"),
        place.client.name(),
        clean(&place.model),
        clean(&screen::project(&place.project)),
        match news.messages {
            1 => "1 message".to_owned(),
            messages => format!("{messages} messages"),
        },
        screen::short(input),
        screen::short(news.output_tokens),
        money.cost(cost)
    )
}
