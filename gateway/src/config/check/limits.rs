//! Limits that would let nothing pass are mistakes: a gateway that is to serve nobody is stopped.

use crate::config::{Config, ConfigError, Limits};

/// A week: nobody waits longer for an answer.
const SECONDS_MAX: u64 = 7 * 24 * 3_600;

pub(super) fn limits(config: &Config) -> Result<(), ConfigError> {
    let invalid = |text: String| Err(ConfigError::Invalid(text));
    if config.zone().is_none() {
        return invalid("timezone is a name such as \"Europe/Berlin\"".into());
    }
    if config.limits.max_concurrent_requests == Some(0) {
        return invalid("limits.max_concurrent_requests is at least 1".into());
    }
    for (scope, limits) in [("key", config.limits.key), ("device", config.limits.device)] {
        if let Some(name) = protocol::api::Limits::from(limits).impossible() {
            // The file's own names are those of the API without the unit.
            let name = match name {
                "spendPerDayNanoUsd" => "spend_per_day",
                "spendPerMonthNanoUsd" => "spend_per_month",
                other => other,
            };
            return invalid(format!(
                "limits.{scope}.{name} is more than 0; leave it out for no limit"
            ));
        }
    }
    sane(&config.limits)
}

/// Limits that would refuse everything, or that no clock can wait for.
fn sane(limits: &Limits) -> Result<(), ConfigError> {
    let seconds = [
        ("head_seconds_max", limits.head_seconds_max),
        ("body_seconds_max", limits.body_seconds_max),
        ("write_seconds_max", limits.write_seconds_max),
        ("keep_alive_seconds_max", limits.keep_alive_seconds_max),
        ("idle_seconds_max", limits.idle_seconds_max),
        ("request_seconds_max", limits.request_seconds_max),
    ];
    if let Some((name, _)) = seconds
        .iter()
        .find(|(_, value)| !(1..=SECONDS_MAX).contains(value))
    {
        let text = format!("limits.{name} is between 1 and {SECONDS_MAX} seconds");
        return Err(ConfigError::Invalid(text));
    }
    let counts = [
        ("connections_max", limits.connections_max),
        ("requests_max", limits.requests_max),
        ("body_bytes_max", limits.body_bytes_max),
        ("answer_bytes_max", limits.answer_bytes_max),
    ];
    if let Some((name, _)) = counts.iter().find(|(_, value)| *value == 0) {
        return Err(ConfigError::Invalid(format!("limits.{name} is at least 1")));
    }
    if limits.all_bodies_bytes_max < limits.body_bytes_max {
        let text = "limits.all_bodies_bytes_max is less than limits.body_bytes_max, which one body may take";
        return Err(ConfigError::Invalid(text.into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::check::tests::refusal;

    #[test]
    fn limits_that_nothing_passes_are_mistakes() {
        for (text, place) in [
            ("[limits.key]\nrpm = 0", "limits.key.rpm"),
            (
                "[limits.device]\nspend_per_day = \"0.00\"",
                "limits.device.spend_per_day",
            ),
            ("[limits.key]\nspend_per_month = \"much\"", "decimal number"),
            ("[limits.key]\nrmp = 1", "did you mean \"limits.key.rpm\""),
            ("[limits]\nmax_concurrent_requests = 0", "max_concurrent_requests"),
            ("[[upstream]]\nname = \"a\"\nmax_concurrent = 0", "max_concurrent"),
            ("timezone = \"Mars/Olympus\"", "Europe/Berlin"),
        ] {
            assert!(refusal(text).contains(place), "{text}: {}", refusal(text));
        }
    }

    #[test]
    fn limits_are_off_until_they_are_set() {
        let config = Config::parse("").unwrap();
        assert!(config.quota().key.is_empty() && config.quota().device.is_empty());
        assert_eq!(config.queue().places, None);
        let text = "timezone = \"Asia/Tokyo\"\n[limits]\nmax_concurrent_requests = 9\nqueue_max = 5\n\
                    [limits.key]\ntpm = 1000\nspend_per_day = \"2.50\"\n[limits.device]\nstreams = 3";
        let config = Config::parse(text).unwrap();
        let rules = config.quota();
        assert_eq!((rules.key.tpm, rules.device.streams), (Some(1_000), Some(3)));
        assert_eq!(
            rules.key.spend_per_day_nano_usd,
            protocol::Money::parse_usd("2.5").ok()
        );
        assert_eq!((config.queue().places, config.queue().waiting_max), (Some(9), 5));
    }

    #[test]
    fn limits_that_would_refuse_everything_are_mistakes() {
        for (line, named) in [
            ("request_seconds_max = 0", "request_seconds_max"),
            ("idle_seconds_max = 18446744073709551615", "idle_seconds_max"),
            ("requests_max = 0", "requests_max"),
            ("body_bytes_max = 1000000000", "all_bodies_bytes_max"),
        ] {
            let said = refusal(&format!("[limits]\n{line}"));
            assert!(said.contains(named), "{line}: {said}");
        }
        assert!(Config::parse("[limits]\nwrite_seconds_max = 1\nconnections_max = 5").is_ok());
    }
}
