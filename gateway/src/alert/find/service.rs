//! Upstreams that have not answered for a while.

use jiff::Timestamp;
use protocol::api::AlertKind;

use super::{Found, Sight, Subject};
use crate::alert::rules::Rules;

const KIND: AlertKind = AlertKind::ServiceDown;

pub(super) fn find(sight: &Sight, rules: &Rules, found: &mut Found) {
    let settings = rules.of_gateway(KIND);
    if !settings.enabled {
        return;
    }
    let now = sight.now.as_millisecond();
    for failing in &sight.failing {
        let down_ms = now.saturating_sub(failing.since);
        if down_ms < i64::from(settings.minutes) * 60_000 {
            continue;
        }
        let name = &failing.upstream;
        let since = Timestamp::from_millisecond(failing.since).unwrap_or(sight.now);
        let since = since.to_zoned_datetime(sight.zone.clone()).strftime("%H:%M %Z");
        let minutes = down_ms / 60_000;
        found.tell(
            format!("while {} upstream {name}", KIND.as_str()),
            KIND,
            Subject::Upstream(name).into(),
            format!("{name} has not answered for {minutes} min"),
            format!(
                "Every request to it since {since} failed. Models with another route are served there; \
                 look at the service's own status page, and at its key."
            ),
        );
    }
}
