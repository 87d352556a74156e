//! Points in time as a person writes them: `30d`, `12h`, `2026-12-31`, or a full timestamp.

use jiff::{SignedDuration, Timestamp, civil::Date};

const FORMS: &str = "write a span such as 30d, 12h or 2w, a date such as 2027-01-31, or 2027-01-31T18:00:00Z";

/// Reads when a key ends. Spans count from `now`; a date means its midnight, UTC.
pub fn parse_expiry(text: &str, now: Timestamp) -> Result<Option<Timestamp>, String> {
    if text == "never" {
        return Ok(None);
    }
    let moment = match parse_span(text) {
        Some(span) => now
            .checked_add(span?)
            .map_err(|_| format!("{text} lies too far ahead; {FORMS}"))?,
        None => parse_absolute(text)?,
    };
    if moment <= now {
        return Err(format!("{text} is in the past; {FORMS}"));
    }
    Ok(Some(moment))
}

/// Reads a bound of a report. Spans count back from `now`; a date means its midnight, UTC.
pub fn parse_past(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    match parse_span(text) {
        Some(span) => now
            .checked_sub(span?)
            .map_err(|_| format!("{text} lies too far back; {FORMS}")),
        None => parse_absolute(text),
    }
}

/// None: the text is not a span at all. An error: it is one, but not one we can count with.
fn parse_span(text: &str) -> Option<Result<SignedDuration, String>> {
    let unit = text.chars().last()?;
    let number = text.strip_suffix(unit)?;
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds = match unit {
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    let span = number
        .parse::<i64>()
        .ok()
        .filter(|number| *number > 0)
        .and_then(|number| number.checked_mul(seconds))
        .map(SignedDuration::from_secs);
    Some(span.ok_or_else(|| format!("{text} is not a usable span; {FORMS}")))
}

fn parse_absolute(text: &str) -> Result<Timestamp, String> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Ok(moment);
    }
    text.parse::<Date>()
        .and_then(|date| format!("{date}T00:00:00Z").parse())
        .map_err(|_| format!("{text} is not a time; {FORMS}"))
}

/// A time for a table: to the minute, UTC, without letters that a reader has to skip.
pub fn display(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-06-01T12:00:00Z".parse().unwrap()
    }

    fn check_expiry(text: &str, expected: &str) {
        let expiry = parse_expiry(text, now()).unwrap().unwrap();
        assert_eq!(expiry.to_string(), expected, "{text}");
    }

    #[test]
    fn spans_count_from_now() {
        check_expiry("30d", "2026-07-01T12:00:00Z");
        check_expiry("12h", "2026-06-02T00:00:00Z");
        check_expiry("2w", "2026-06-15T12:00:00Z");
        check_expiry("90m", "2026-06-01T13:30:00Z");
    }

    #[test]
    fn dates_and_timestamps_are_taken_as_written() {
        check_expiry("2027-01-31", "2027-01-31T00:00:00Z");
        check_expiry("2027-01-31T18:00:00+02:00", "2027-01-31T16:00:00Z");
        assert_eq!(parse_expiry("never", now()), Ok(None));
    }

    #[test]
    fn what_cannot_be_an_expiry_says_what_to_write() {
        for text in [
            "0d",
            "",
            "d",
            "30",
            "30x",
            "-1d",
            "2020-01-01",
            "2026-13-01",
            "99999999999999d",
        ] {
            let error = parse_expiry(text, now()).unwrap_err();
            assert!(error.contains("30d, 12h or 2w"), "{text}: {error}");
        }
    }

    #[test]
    fn reports_look_back() {
        assert_eq!(
            parse_past("7d", now()).unwrap().to_string(),
            "2026-05-25T12:00:00Z"
        );
        assert_eq!(
            parse_past("2026-05-01", now()).unwrap().to_string(),
            "2026-05-01T00:00:00Z"
        );
    }

    #[test]
    fn tables_show_minutes() {
        assert_eq!(display(now()), "2026-06-01 12:00");
    }
}
