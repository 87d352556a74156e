//! Where a provider took something else than what was held or metered.

use std::collections::HashSet;

use protocol::{Money, api::AlertKind};

use super::{Found, Sight, Subject};
use crate::alert::rules::Rules;

const KIND: AlertKind = AlertKind::Variance;

pub(super) fn find(sight: &Sight, rules: &Rules, live: &HashSet<String>, found: &mut Found) {
    let settings = rules.of_gateway(KIND);
    if !settings.enabled {
        return;
    }
    let line = i128::from(settings.amount.nano_usd());
    for (upstream, requests, amount) in &sight.beyond {
        if i128::from(*amount) <= line {
            continue;
        }
        let what = if *requests == 1 {
            "1 request".to_owned()
        } else {
            format!("{requests} requests")
        };
        let amount = Money::from_nano_usd(*amount).display_charge();
        found.tell(
            format!("day {} {} upstream {upstream}", sight.today(), KIND.as_str()),
            KIND,
            Subject::Upstream(upstream).into(),
            format!("{what} to {upstream} cost {amount} more than was held"),
            "No key paid for it: the house did. It means that the provider does not keep the limit that it was \
             given, or that its price changed."
                .into(),
        );
    }
    for (upstream, alarm) in &sight.bills {
        if alarm.lines == 0 || alarm.nano_usd <= line {
            continue;
        }
        let amount = Money::from_nano_usd(i64::try_from(alarm.nano_usd).unwrap_or(i64::MAX)).display_charge();
        found.tell(
            bill_of(upstream),
            KIND,
            Subject::Upstream(upstream).into(),
            format!("What {upstream} billed differs from what was metered by {amount}"),
            format!(
                "It is on {} lines of the last days. See them with: token-tracker reconcile.",
                alarm.lines
            ),
        );
    }
    // What was not compared yet, as after a restart, is as it was.
    let compared: HashSet<String> = sight.bills.keys().map(|upstream| bill_of(upstream)).collect();
    let known = live
        .iter()
        .filter(|dedup| dedup.starts_with(BILL) && !compared.contains(*dedup));
    found.undecided.extend(known.cloned());
}

const BILL: &str = "while variance bill ";

fn bill_of(upstream: &str) -> String {
    format!("{BILL}{upstream}")
}
