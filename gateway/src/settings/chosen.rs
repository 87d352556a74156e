//! What somebody chose for the whole gateway on its pages. It is in the database, so that all
//! gateways on one have the same.

use std::sync::Arc;

use jiff::{Timestamp, ToSpan, tz::TimeZone};
use protocol::api::SettingsRequest;
use serde::{Deserialize, Serialize};

use crate::{ledger::LedgerError, report::name_of, state::Gateway};

/// A month and the days of its zone, which limits on what a month may cost count in rows.
pub const USAGE_DAYS_MIN: u32 = 35;
/// A hundred years.
const DAYS_MAX: u32 = 36_500;
const ALERT_DAYS: u32 = 30;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Chosen {
    time_zone: Option<String>,
    usage_days: Option<u32>,
    alert_days: Option<u32>,
    public_profiles: Option<bool>,
}

/// What cannot be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChosenError {
    #[error("There is no time zone of this name.")]
    TimeZone,
    #[error("Usage is kept for at least {USAGE_DAYS_MIN} days, and at most {DAYS_MAX}.")]
    UsageDays,
    #[error("Alerts are kept for at least a day, and at most {DAYS_MAX} days.")]
    AlertDays,
}

impl Chosen {
    pub fn asked(request: &SettingsRequest) -> Result<Self, ChosenError> {
        let within =
            |days: Option<u32>, least: u32| days.is_none_or(|days| (least..=DAYS_MAX).contains(&days));
        if !within(request.usage_days, USAGE_DAYS_MIN) {
            return Err(ChosenError::UsageDays);
        }
        if !within(request.alert_days, 1) {
            return Err(ChosenError::AlertDays);
        }
        let zone = request.time_zone.as_deref().map(TimeZone::get).transpose();
        let zone = zone.map_err(|_| ChosenError::TimeZone)?;
        Ok(Self {
            // As it is spelled in the list of zones.
            time_zone: zone.map(|zone| name_of(&zone).to_owned()),
            usage_days: request.usage_days,
            alert_days: request.alert_days,
            public_profiles: request.public_profiles,
        })
    }

    pub fn zone(&self) -> Option<TimeZone> {
        self.time_zone
            .as_deref()
            .and_then(|name| TimeZone::get(name).ok())
    }

    /// None: for good.
    pub const fn usage_days(&self) -> Option<u32> {
        self.usage_days
    }

    pub fn alert_days(&self) -> u32 {
        self.alert_days.unwrap_or(ALERT_DAYS)
    }

    /// Whether visitors see what members make public.
    pub fn has_public_profiles(&self) -> bool {
        self.public_profiles.unwrap_or(true)
    }

    /// No row of usage before this moment is kept, which is the beginning of a day: a day is there
    /// as a whole, or as its sums.
    pub fn usage_kept_from(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = now.to_zoned_datetime(zone.clone()).date();
        let first = today.checked_sub(i64::from(self.usage_days?).days()).ok()?;
        // A day that begins at one o'clock has no midnight; its first moment is taken for it.
        zone.to_timestamp(first.into()).ok()
    }
}

/// Puts in force what any gateway on the database chose.
pub async fn renew_chosen(gateway: &Gateway) -> Result<(), LedgerError> {
    let text = gateway.reader.chosen_settings().await?;
    let chosen: Chosen = match text.as_deref().map(serde_json::from_str) {
        None => Chosen::default(),
        Some(Ok(chosen)) => chosen,
        Some(Err(error)) => return Err(LedgerError::Read(format!("the settings: {error}"))),
    };
    let settings = &gateway.settings;
    if *settings.chosen.load_full() != chosen {
        settings.chosen.store(Arc::new(chosen));
        gateway.quota.set_rules(settings.quota());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(time_zone: Option<&str>, usage_days: Option<u32>, alert_days: Option<u32>) -> SettingsRequest {
        SettingsRequest {
            time_zone: time_zone.map(str::to_owned),
            usage_days,
            alert_days,
            public_profiles: None,
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let asked = |zone, usage, alerts| Chosen::asked(&request(zone, usage, alerts));
        let chosen = asked(Some("europe/berlin"), Some(35), Some(1)).unwrap();
        assert_eq!(chosen.time_zone.as_deref(), Some("Europe/Berlin"));
        assert_eq!(
            asked(Some("Nowhere/Atall"), None, None),
            Err(ChosenError::TimeZone)
        );
        assert_eq!(asked(Some(""), None, None), Err(ChosenError::TimeZone));
        assert_eq!(asked(None, Some(34), None), Err(ChosenError::UsageDays));
        assert_eq!(asked(None, Some(36_501), None), Err(ChosenError::UsageDays));
        assert_eq!(asked(None, None, Some(0)), Err(ChosenError::AlertDays));
        assert_eq!(asked(None, None, None).unwrap().alert_days(), 30);
    }

    #[test]
    fn a_day_is_kept_as_a_whole() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let chosen = Chosen::asked(&request(None, Some(40), None)).unwrap();
        let from = |now: &str| {
            chosen
                .usage_kept_from(now.parse().unwrap(), &zone)
                .unwrap()
                .to_string()
        };
        assert_eq!(from("2026-11-26T22:59:59Z"), "2026-10-16T22:00:00Z");
        assert_eq!(from("2026-11-26T23:00:00Z"), "2026-10-17T22:00:00Z");
        assert_eq!(
            Chosen::default().usage_kept_from(Timestamp::UNIX_EPOCH, &zone),
            None
        );
    }
}
