//! Hours in which nobody is to be woken.

use jiff::{Timestamp, ToSpan, civil::Time, tz::TimeZone};
use protocol::api::{AlertKind, QuietHours};

/// As they come.
pub fn default() -> QuietHours {
    QuietHours {
        enabled: false,
        from: "22:00".into(),
        until: "07:00".into(),
        urgent_pass: true,
    }
}

fn time(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':')?;
    let is_two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    (is_two(hour) && is_two(minute)).then_some(())?;
    Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
}

/// Whether a text is a time of day such as `22:00`.
pub fn is_time(text: &str) -> bool {
    time(text).is_some()
}

/// When an alert may be sent that was raised now: at once, or when the quiet hours are over.
pub(super) fn send_at(hours: &QuietHours, kind: AlertKind, zone: &TimeZone, now: Timestamp) -> Timestamp {
    let is_urgent = matches!(kind, AlertKind::ServiceDown | AlertKind::LimitExceeded);
    if !hours.enabled || (is_urgent && hours.urgent_pass) {
        return now;
    }
    let (Some(from), Some(until)) = (time(&hours.from), time(&hours.until)) else {
        return now;
    };
    let local = now.to_zoned_datetime(zone.clone());
    let time = local.time();
    let is_quiet = if from <= until {
        (from..until).contains(&time)
    } else {
        time >= from || time < until
    };
    if !is_quiet {
        return now;
    }
    let day = if time < until {
        Ok(local.date())
    } else {
        local.date().checked_add(1.day())
    };
    // An hour that a change of the clocks leaves out is over at its end.
    let ends = day.and_then(|day| zone.to_timestamp(day.to_datetime(until)));
    ends.map_or(now, |ends| ends.max(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(from: &str, until: &str, kind: AlertKind, now: &str) -> String {
        let hours = QuietHours {
            enabled: true,
            from: from.into(),
            until: until.into(),
            urgent_pass: true,
        };
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        send_at(&hours, kind, &zone, now.parse().unwrap()).to_string()
    }

    #[test]
    fn what_is_raised_at_night_waits_for_the_morning() {
        let kind = AlertKind::HighDailyCost;
        let night = |now| sent("22:00", "07:00", kind, now);
        assert_eq!(night("2026-11-26T20:59:59Z"), "2026-11-26T20:59:59Z");
        assert_eq!(night("2026-11-26T21:00:00Z"), "2026-11-27T06:00:00Z");
        assert_eq!(night("2026-11-27T05:59:59Z"), "2026-11-27T06:00:00Z");
        assert_eq!(night("2026-11-27T06:00:00Z"), "2026-11-27T06:00:00Z");
        // Within one day, and across the night on which clocks go back.
        assert_eq!(
            sent("12:00", "14:00", kind, "2026-11-26T12:30:00Z"),
            "2026-11-26T13:00:00Z"
        );
        assert_eq!(night("2026-10-24T21:00:00Z"), "2026-10-25T06:00:00Z");
    }

    #[test]
    fn what_is_urgent_does_not_wait() {
        for kind in [AlertKind::ServiceDown, AlertKind::LimitExceeded] {
            let now = "2026-11-26T23:00:00Z";
            assert_eq!(sent("22:00", "07:00", kind, now), now);
        }
    }

    #[test]
    fn a_time_has_two_digits_and_two() {
        assert!(is_time("00:00") && is_time("23:59"));
        for wrong in ["24:00", "7:00", "07:60", "0700", "07:00:00", "+7:00", ""] {
            assert!(!is_time(wrong), "{wrong}");
        }
    }
}
