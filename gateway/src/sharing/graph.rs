//! The days of a profile, drawn as `token-tracker graph` draws those of a machine.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use protocol::api::{GraphForm, GraphQuery, GraphTheme};
use usage::{
    graph::{Calendar, Used, draw, week_of},
    picture::{Theme, svg},
    record::Tokens,
    report::Sum,
};

use crate::ledger::{DaySum, SentSum};

/// What a graph of days shows.
pub const GRAPH_DAYS: i64 = 53 * 7;

pub fn graph(days: &[DaySum], shows_cost: bool, asked: GraphQuery, today: Date) -> String {
    let used = Used {
        days: days.iter().map(|day| (day.day, sum(&day.sum))).collect(),
        today,
        week_start: Weekday::Monday,
    };
    let first = today.checked_sub((52 * 7).days()).unwrap_or(today);
    let since = Some(week_of(first, Weekday::Monday));
    let calendar = match shows_cost {
        true => Calendar::new(used, since, Some(today), None),
        false => Calendar::without_cost(used, since, Some(today)),
    };
    let theme = match asked.theme {
        GraphTheme::Light => Theme::Light,
        GraphTheme::Dark => Theme::Dark,
    };
    svg::render(&draw(&calendar, theme, asked.form == GraphForm::Towers))
}

fn sum(sent: &SentSum) -> Sum {
    let count = |number: i64| number.unsigned_abs();
    Sum {
        tokens: Tokens {
            input: count(sent.input),
            output: count(sent.output),
            cache_read: count(sent.cache_read),
            cache_write: count(sent.cache_write),
            reasoning: count(sent.reasoning),
            ..Tokens::default()
        },
        messages: count(sent.messages),
        cost_nano_usd: sent.cost,
        messages_unpriced: count(sent.unpriced),
        ..Sum::default()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use protocol::MemberId;

    use super::*;

    fn days() -> Vec<DaySum> {
        let day = |day| DaySum {
            member: MemberId::from_uuid(crate::clock::new_id()),
            day,
            sum: SentSum {
                messages: 2,
                input: 1_500,
                tokens: 1_500,
                cost: 3_000_000_000,
                ..SentSum::default()
            },
        };
        vec![day(date(2024, 1, 1)), day(date(2026, 11, 2))]
    }

    #[test]
    fn both_forms_show_the_days_of_a_year_and_the_cost_to_whom_it_is_shown() {
        for form in [GraphForm::Squares, GraphForm::Towers] {
            for shows_cost in [true, false] {
                let asked = GraphQuery {
                    form,
                    theme: GraphTheme::Dark,
                };
                let svg = graph(&days(), shows_cost, asked, date(2026, 11, 26));
                assert!(svg.contains("Monday, 2 November 2026"), "{svg}");
                assert!(svg.contains("#151b18") && svg.contains("on 1 of "), "{svg}");
                assert_eq!(svg.contains('$'), shows_cost, "{svg}");
            }
        }
    }
}
