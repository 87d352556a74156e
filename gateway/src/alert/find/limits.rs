//! Credit and caps that come to their end.

use std::collections::HashSet;

use jiff::civil::Date;
use protocol::{Money, api::AlertKind};

use super::{Found, KeySight, Sight, Subject};
use crate::alert::rules::Rules;

/// An alert is over when so many points less than its line are used: a refund of a moment ends none.
const SLACK_POINTS: i128 = 2;

/// One limit of a key.
struct Limit {
    /// Tells it from the same limit of another day, or with more credit.
    of: String,
    used: Money,
    most: Money,
    span: Option<&'static str>,
}

impl Limit {
    fn left(&self) -> Money {
        Money::from_nano_usd(self.most.nano_usd().saturating_sub(self.used.nano_usd()).max(0))
    }

    fn percent(&self) -> i128 {
        i128::from(self.used.nano_usd()) * 100 / i128::from(self.most.nano_usd().max(1))
    }
}

pub(super) fn find(sight: &Sight, rules: &Rules, live: &HashSet<String>, found: &mut Found) {
    let today = sight.today();
    for key in &sight.keys {
        let limits = limits(key, today);
        let refused_by = sight.refused.contains(&key.id).then(|| {
            let tightest = limits.iter().min_by_key(|limit| limit.left());
            tightest.map(|limit| limit.of.clone())
        });
        for limit in &limits {
            let is_refused = refused_by
                .as_ref()
                .is_some_and(|of| of.as_ref() == Some(&limit.of));
            let is_exceeded = exceeded(key, limit, is_refused, rules, live, found);
            approaching(key, limit, is_exceeded, rules, live, found);
        }
    }
}

fn limits(key: &KeySight, today: Date) -> Vec<Limit> {
    let Some(lot) = key.lot else { return Vec::new() };
    let of_lot = Limit {
        of: format!("lot {}", lot.granted.nano_usd()),
        used: lot.spent,
        most: lot.granted,
        span: None,
    };
    let day = key.cap_day.map(|cap| Limit {
        of: format!("day {today}"),
        used: key.cost,
        most: cap,
        span: Some("day"),
    });
    let month = key.cap_month.map(|cap| Limit {
        of: format!("month {}", today.first_of_month()),
        used: key.cost_month,
        most: cap,
        span: Some("month"),
    });
    let all = [Some(of_lot), day, month].into_iter().flatten();
    all.filter(|limit| limit.most > Money::ZERO).collect()
}

/// Whether the limit is exceeded, told or not.
fn exceeded(
    key: &KeySight,
    limit: &Limit,
    is_refused: bool,
    rules: &Rules,
    live: &HashSet<String>,
    found: &mut Found,
) -> bool {
    let kind = AlertKind::LimitExceeded;
    if !rules.of_key(kind, key.id, key.member).enabled {
        return false;
    }
    let dedup = format!("while {} key {} {}", kind.as_str(), key.id, limit.of);
    let (left, most) = (limit.left(), limit.most.display_balance());
    if left > Money::ZERO && !is_refused {
        // A request was refused under it. It is over when there is more credit, or another day.
        let is_live = live.contains(&dedup);
        found.undecided.insert(dedup);
        return is_live;
    }
    let name = &key.name;
    let title = match (limit.span, left == Money::ZERO) {
        (None, true) => format!("{name} has used all of its {most}"),
        (None, false) => format!("{name} has too little left"),
        (Some(span), _) => format!("{name} has spent what it may in a {span}"),
    };
    let refused = if is_refused { " A request was refused." } else { "" };
    let detail = match limit.span {
        None => format!(
            "{} of {most} is left.{refused} Give the key more credit, or hand out another one.",
            left.display_balance()
        ),
        Some(span) => format!(
            "{} of {most} for the {span} is left.{refused} The next {span} begins by itself; its limit can be raised before that.",
            left.display_balance()
        ),
    };
    found.tell(dedup, kind, Subject::Key(key).into(), title, detail);
    true
}

fn approaching(
    key: &KeySight,
    limit: &Limit,
    is_exceeded: bool,
    rules: &Rules,
    live: &HashSet<String>,
    found: &mut Found,
) {
    let kind = AlertKind::ApproachingLimit;
    let settings = rules.of_key(kind, key.id, key.member);
    if !settings.enabled {
        return;
    }
    let dedup = format!("while {} key {} {}", kind.as_str(), key.id, limit.of);
    let (used, line) = (limit.percent(), i128::from(settings.percent));
    // Whoever heard that nothing is left need not hear that little is.
    if used < line || (is_exceeded && !live.contains(&dedup)) {
        if used >= line - SLACK_POINTS {
            found.undecided.insert(dedup);
        }
        return;
    }
    let (name, most) = (&key.name, limit.most.display_balance());
    let title = match limit.span {
        None => format!("{name} has used {used}% of {most}"),
        Some(span) => format!("{name} has spent {used}% of what it may in a {span}"),
    };
    let left = limit.left().display_balance();
    let detail = match limit.span {
        None => format!("{left} of {most} is left. Give the key more credit before requests are refused."),
        Some(span) => {
            format!(
                "{left} of {most} for the {span} is left. After that requests are refused until the next {span}."
            )
        }
    };
    found.tell(dedup, kind, Subject::Key(key).into(), title, detail);
}
