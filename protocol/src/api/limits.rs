use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Money;

/// How much of something may be used in a span of time. What is absent has no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, rename_all = "camelCase")]
pub struct Limits {
    /// Requests per minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rpm: Option<u32>,
    /// Tokens per minute, input and output together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tpm: Option<u64>,
    /// Requests that run at the same time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub streams: Option<u32>,
    /// What a calendar day may cost, in the gateway's time zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spend_per_day_nano_usd: Option<Money>,
    /// What a calendar month may cost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub spend_per_month_nano_usd: Option<Money>,
}

impl Limits {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether what is spent in a day or month has an end.
    pub fn caps_spending(&self) -> bool {
        self.spend_per_day_nano_usd.is_some() || self.spend_per_month_nano_usd.is_some()
    }

    /// The part of each rate that one of so many gateways may give, so that all together give no
    /// more. Money is counted where all of them see it.
    pub fn shared_by(self, gateways: u32) -> Self {
        let gateways = gateways.max(1);
        Self {
            rpm: self.rpm.map(|limit| (limit / gateways).max(1)),
            tpm: self.tpm.map(|limit| (limit / u64::from(gateways)).max(1)),
            streams: self.streams.map(|limit| (limit / gateways).max(1)),
            ..self
        }
    }

    /// These limits, and the others' where these have none.
    pub fn or(self, others: Self) -> Self {
        Self {
            rpm: self.rpm.or(others.rpm),
            tpm: self.tpm.or(others.tpm),
            streams: self.streams.or(others.streams),
            spend_per_day_nano_usd: self.spend_per_day_nano_usd.or(others.spend_per_day_nano_usd),
            spend_per_month_nano_usd: self.spend_per_month_nano_usd.or(others.spend_per_month_nano_usd),
        }
    }

    /// The name of a member that nothing could ever pass: a limit of 0, or a negative amount.
    pub fn impossible(&self) -> Option<&'static str> {
        let is_nothing = |amount: Option<Money>| amount.is_some_and(|amount| amount <= Money::ZERO);
        let members = [
            ("rpm", self.rpm == Some(0)),
            ("tpm", self.tpm == Some(0)),
            ("streams", self.streams == Some(0)),
            ("spendPerDayNanoUsd", is_nothing(self.spend_per_day_nano_usd)),
            ("spendPerMonthNanoUsd", is_nothing(self.spend_per_month_nano_usd)),
        ];
        members
            .into_iter()
            .find(|(_, is_bad)| *is_bad)
            .map(|(name, _)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_limits_come_before_those_of_others() {
        let own = Limits {
            rpm: Some(5),
            ..Limits::default()
        };
        let others = Limits {
            rpm: Some(9),
            streams: Some(2),
            ..Limits::default()
        };
        let both = own.or(others);
        assert_eq!((both.rpm, both.streams, both.tpm), (Some(5), Some(2), None));
        assert_eq!(serde_json::to_string(&own).unwrap(), r#"{"rpm":5}"#);
    }

    #[test]
    fn a_limit_that_nothing_passes_is_named() {
        assert_eq!(Limits::default().impossible(), None);
        let read = |text: &str| serde_json::from_str::<Limits>(text).unwrap();
        assert_eq!(read(r#"{"tpm":0}"#).impossible(), Some("tpm"));
        assert_eq!(
            read(r#"{"rpm":1,"spendPerDayNanoUsd":"-1"}"#).impossible(),
            Some("spendPerDayNanoUsd")
        );
    }
}
