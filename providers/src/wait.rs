//! How long an upstream asks to wait, which every service says in another place.

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};

use crate::openai::refusal::Refusal;

/// Nobody is told to wait longer.
const SECONDS_MAX: u64 = 86_400;

/// The seconds to wait, rounded up; None where nothing is said, or nothing that makes sense.
///
/// `header` looks a header up by its name in lower case; `body` is the refusal's.
pub fn seconds_to_wait<'h>(
    header: impl Fn(&str) -> Option<&'h str>,
    body: &[u8],
    now: Timestamp,
) -> Option<u64> {
    let wait = header("retry-after-ms")
        .and_then(milliseconds)
        .or_else(|| header("retry-after").and_then(|text| seconds_or_date(text, now)))
        .or_else(|| Refusal::of(body).retry_delay.as_deref().and_then(duration))
        .or_else(|| spent(&header, now))?;
    u64::try_from(wait.as_millis())
        .ok()
        .map(|milliseconds| milliseconds.div_ceil(1_000).clamp(1, SECONDS_MAX))
}

/// The latest reset of the limits of which nothing is left.
fn spent<'h>(header: &impl Fn(&str) -> Option<&'h str>, now: Timestamp) -> Option<SignedDuration> {
    const OPENAI: [&str; 2] = ["requests", "tokens"];
    const ANTHROPIC: [&str; 4] = ["requests", "tokens", "input-tokens", "output-tokens"];
    let is_spent = |name: String| header(&name).is_some_and(|left| left.trim() == "0");
    let openai = OPENAI.iter().filter_map(|kind| {
        let reset = header(&format!("x-ratelimit-reset-{kind}"))?;
        is_spent(format!("x-ratelimit-remaining-{kind}"))
            .then(|| duration(reset))
            .flatten()
    });
    let anthropic = ANTHROPIC.iter().filter_map(|kind| {
        let reset = header(&format!("anthropic-ratelimit-{kind}-reset"))?;
        is_spent(format!("anthropic-ratelimit-{kind}-remaining"))
            .then(|| until(reset.parse().ok()?, now))
            .flatten()
    });
    openai.chain(anthropic).max()
}

fn until(then: Timestamp, now: Timestamp) -> Option<SignedDuration> {
    Some(then.duration_since(now).max(SignedDuration::ZERO))
}

fn milliseconds(text: &str) -> Option<SignedDuration> {
    let milliseconds: f64 = text.trim().parse().ok()?;
    SignedDuration::try_from_secs_f64(milliseconds / 1_000.0)
        .ok()
        .filter(|wait| !wait.is_negative())
}

fn seconds_or_date(text: &str, now: Timestamp) -> Option<SignedDuration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return SignedDuration::try_from_secs_f64(seconds)
            .ok()
            .filter(|wait| !wait.is_negative());
    }
    let date = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    until(date, now)
}

/// As Go writes durations: `12ms`, `1s`, `6m0s`, `1h2m3.5s`; and Google: `46s`.
fn duration(text: &str) -> Option<SignedDuration> {
    let mut rest = text.trim();
    let mut seconds = 0.0;
    while !rest.is_empty() {
        let number = rest.find(|one: char| !one.is_ascii_digit() && one != '.')?;
        let (count, after) = rest.split_at(number);
        let unit = after
            .find(|one: char| one.is_ascii_digit())
            .unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        let factor = match unit {
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            "us" | "µs" | "ns" => 0.0,
            _ => return None,
        };
        seconds += count.parse::<f64>().ok()? * factor;
        rest = after;
    }
    SignedDuration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    type Headers<'a> = &'a [(&'a str, &'a str)];

    const NOW: &str = "2026-11-26T07:00:00Z";

    fn wait(headers: &[(&str, &str)], body: &str) -> Option<u64> {
        let header = |name: &str| {
            headers
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| *value)
        };
        seconds_to_wait(header, body.as_bytes(), NOW.parse().unwrap())
    }

    #[test]
    fn each_way_of_saying_it_is_understood() {
        let cases: [(Headers<'_>, Option<u64>); 17] = [
            (&[("retry-after", "7")], Some(7)),
            (&[("retry-after", "0.2")], Some(1)),
            (&[("retry-after", "0")], Some(1)),
            (&[("retry-after", "Thu, 26 Nov 2026 07:01:00 GMT")], Some(60)),
            (&[("retry-after", "Thu, 26 Nov 2026 06:00:00 GMT")], Some(1)),
            (&[("retry-after-ms", "1500"), ("retry-after", "9")], Some(2)),
            (&[("retry-after", "1000000000")], Some(SECONDS_MAX)),
            (&[("retry-after", "-5")], None),
            (&[("retry-after", "soon")], None),
            (&[("retry-after", "nan")], None),
            (&[("retry-after", "1e300")], None),
            (
                &[
                    ("x-ratelimit-remaining-requests", "0"),
                    ("x-ratelimit-reset-requests", "2m59.56s"),
                ],
                Some(180),
            ),
            (
                &[
                    ("x-ratelimit-remaining-tokens", "0"),
                    ("x-ratelimit-reset-tokens", "12ms"),
                ],
                Some(1),
            ),
            // There is something left, so it is not this limit.
            (
                &[
                    ("x-ratelimit-remaining-tokens", "5"),
                    ("x-ratelimit-reset-tokens", "6m0s"),
                ],
                None,
            ),
            (
                &[
                    ("anthropic-ratelimit-input-tokens-remaining", "0"),
                    ("anthropic-ratelimit-input-tokens-reset", "2026-11-26T07:00:30Z"),
                    ("anthropic-ratelimit-requests-remaining", "0"),
                    ("anthropic-ratelimit-requests-reset", "2026-11-26T07:00:10Z"),
                ],
                Some(30),
            ),
            (
                &[
                    ("x-ratelimit-remaining-tokens", "0"),
                    ("x-ratelimit-reset-tokens", "6 apples"),
                ],
                None,
            ),
            (&[], None),
        ];
        for (headers, expected) in cases {
            assert_eq!(wait(headers, ""), expected, "{headers:?}");
        }
    }

    #[test]
    fn google_says_it_in_the_body() {
        let body = r#"[{"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED","details":[
            {"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{}]},
            {"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"46s"}]}}]"#;
        assert_eq!(wait(&[], body), Some(46));
    }
}
