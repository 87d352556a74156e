//! Small texts that many logs share: times and ids.

use jiff::Timestamp;

/// Milliseconds since 1970 of a time as logs write it; None when it is no time.
pub fn time_ms(text: &str) -> Option<i64> {
    usual(text.as_bytes()).or_else(|| {
        let text = text.trim();
        let at: Timestamp = text.parse().ok()?;
        Some(at.as_millisecond())
    })
}

/// `2026-06-01T12:00:00.000Z`, the form of nearly every line.
fn usual(text: &[u8]) -> Option<i64> {
    let [head @ .., b'Z'] = text else { return None };
    if head.len() < 19 || head[4] != b'-' || head[7] != b'-' || head[10] != b'T' {
        return None;
    }
    if head[13] != b':' || head[16] != b':' {
        return None;
    }
    let number = |range: std::ops::Range<usize>| digits(&head[range]);
    let (year, month, day) = (number(0..4)?, number(5..7)?, number(8..10)?);
    let (hour, minute, second) = (number(11..13)?, number(14..16)?, number(17..19)?);
    let millisecond = match &head[19..] {
        [] => 0,
        [b'.', fraction @ ..] if !fraction.is_empty() && fraction.len() <= 9 => {
            let digits = digits(fraction)?;
            let scale = 10_i64.pow(u32::try_from(fraction.len()).ok()?);
            digits * 1000 / scale
        }
        _ => return None,
    };
    let is_time = (1..=12).contains(&month) && (1..=31).contains(&day);
    if !is_time || year < 1970 || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days_before(year, month) + day - 1;
    Some(((days * 24 + hour) * 60 + minute) * 60_000 + second * 1000 + millisecond)
}

fn digits(text: &[u8]) -> Option<i64> {
    text.iter().try_fold(0_i64, |number, byte| {
        byte.is_ascii_digit()
            .then(|| number * 10 + i64::from(byte - b'0'))
    })
}

/// Days from 1970 to the first of a month.
fn days_before(year: i64, month: i64) -> i64 {
    const BEFORE: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let leap_years = |year: i64| year / 4 - year / 100 + year / 400;
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let month = usize::try_from(month - 1).unwrap_or(0);
    let days = (year - 1970) * 365 + leap_years(year - 1) - leap_years(1969);
    days + BEFORE[month] + i64::from(is_leap && month >= 2)
}

/// When a version 7 UUID was made; None for every other text.
pub fn uuid_v7_ms(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 || bytes[8] != b'-' || bytes[14] != b'7' {
        return None;
    }
    let high = i64::from_str_radix(text.get(0..8)?, 16).ok()?;
    let low = i64::from_str_radix(text.get(9..13)?, 16).ok()?;
    Some((high << 16) | low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_the_calendar_has_them() {
        for text in [
            "1970-01-01T00:00:00Z",
            "2024-02-29T23:59:59.999Z",
            "2024-03-01T00:00:00.5Z",
            "2025-12-31T12:34:56.123456Z",
            "2026-11-26T10:00:08.001Z",
            "2100-03-01T00:00:00Z",
        ] {
            let expected: Timestamp = text.parse().unwrap();
            assert_eq!(usual(text.as_bytes()), Some(expected.as_millisecond()), "{text}");
        }
        assert_eq!(
            time_ms("2026-06-01T12:00:00+05:30"),
            time_ms("2026-06-01T06:30:00Z")
        );
        for text in ["", "2026-06-01", "2026-13-01T00:00:00Z", "yesterday", "Z"] {
            assert_eq!(time_ms(text), None, "{text}");
        }
    }

    #[test]
    fn the_time_in_an_id_is_that_of_version_seven_alone() {
        assert_eq!(
            uuid_v7_ms("01980000-0000-7abc-8000-000000000000"),
            Some(0x0198_0000_0000)
        );
        assert_eq!(uuid_v7_ms("01980000-0000-4abc-8000-000000000000"), None);
        assert_eq!(uuid_v7_ms("turn-1"), None);
    }
}
