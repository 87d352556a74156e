//! `[limits]`: how much of the gateway and of its models may be used.

use std::time::Duration;

use jiff::tz::TimeZone;
use protocol::{Money, api};
use serde::{Deserialize, Deserializer, de::Error as _};

use super::{Config, UpstreamConfig};
use crate::{fair_queue, quota};

/// What is refused, made to wait, or ended, so that no client and no upstream takes everything.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default)]
pub struct Limits {
    pub failed_redeems_per_minute: u32,
    pub failed_redeems_per_hour: u32,
    pub streams_per_device: u32,
    /// Client connections at once; beyond that a new one is told to come back.
    pub connections_max: usize,
    /// Requests to models at once, of all devices together, those that wait their turn included.
    pub requests_max: usize,
    /// What the bodies of requests that are not answered yet may take together.
    pub all_bodies_bytes_max: usize,
    pub body_bytes_max: usize,
    /// The longest answer of an upstream, whole or streamed.
    pub answer_bytes_max: usize,
    /// A client that has not finished its request's head, or its body, after this is let go.
    pub head_seconds_max: u64,
    pub body_seconds_max: u64,
    /// A client that takes nothing of its answer for so long counts as gone.
    pub write_seconds_max: u64,
    /// A connection may wait so long for its next request.
    pub keep_alive_seconds_max: u64,
    /// An upstream that says nothing for so long has failed.
    pub idle_seconds_max: u64,
    /// No request runs longer.
    pub request_seconds_max: u64,
    /// How many requests run at the same time; others wait their turn. Default: as many as come.
    pub max_concurrent_requests: Option<usize>,
    /// How many may wait, for the gateway and for each upstream that has a limit.
    pub queue_max: usize,
    /// For how long they wait.
    pub queue_seconds_max: u64,
    /// For each token key that was not minted with limits of its own.
    pub key: ScopeLimits,
    /// For each device.
    pub device: ScopeLimits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            failed_redeems_per_minute: 5,
            failed_redeems_per_hour: 30,
            streams_per_device: 256,
            connections_max: 10_000,
            requests_max: 4_096,
            all_bodies_bytes_max: 512 * 1024 * 1024,
            body_bytes_max: 8 * 1024 * 1024,
            answer_bytes_max: 64 * 1024 * 1024,
            head_seconds_max: 30,
            body_seconds_max: 30,
            write_seconds_max: 30,
            keep_alive_seconds_max: 75,
            idle_seconds_max: 120,
            request_seconds_max: 1_800,
            max_concurrent_requests: None,
            queue_max: 1_024,
            queue_seconds_max: 30,
            key: ScopeLimits::default(),
            device: ScopeLimits::default(),
        }
    }
}

impl Limits {
    fn queue(&self, places: Option<usize>) -> fair_queue::Rules {
        fair_queue::Rules {
            places,
            waiting_max: self.queue_max,
            wait_max: Duration::from_secs(self.queue_seconds_max),
        }
    }
}

/// What one key or one device may use. What is absent has no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct ScopeLimits {
    /// Requests per minute.
    pub rpm: Option<u32>,
    /// Tokens per minute, input and output together.
    pub tpm: Option<u64>,
    /// Requests at the same time.
    pub streams: Option<u32>,
    #[serde(deserialize_with = "dollars")]
    pub spend_per_day: Option<Money>,
    #[serde(deserialize_with = "dollars")]
    pub spend_per_month: Option<Money>,
}

/// Money in a file is a decimal text, as prices are.
fn dollars<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Money>, D::Error> {
    let text = String::deserialize(deserializer)?;
    Money::parse_usd(&text).map(Some).map_err(D::Error::custom)
}

impl From<ScopeLimits> for api::Limits {
    fn from(limits: ScopeLimits) -> Self {
        Self {
            rpm: limits.rpm,
            tpm: limits.tpm,
            streams: limits.streams,
            spend_per_day_nano_usd: limits.spend_per_day,
            spend_per_month_nano_usd: limits.spend_per_month,
        }
    }
}

impl Config {
    /// The limits that keys and devices have by default.
    pub fn quota(&self) -> quota::Rules {
        quota::Rules {
            key: self.limits.key.into(),
            device: self.limits.device.into(),
            zone: self.zone().unwrap_or(TimeZone::UTC),
            longest: Duration::from_secs(self.limits.request_seconds_max),
        }
    }

    /// None for a name that no time zone has.
    pub fn zone(&self) -> Option<TimeZone> {
        match self.timezone.as_deref() {
            None => Some(TimeZone::UTC),
            Some(name) => TimeZone::get(name).ok(),
        }
    }

    /// How requests wait for the gateway as a whole.
    pub fn queue(&self) -> fair_queue::Rules {
        self.limits.queue(self.limits.max_concurrent_requests)
    }

    /// How they wait for one upstream.
    pub fn queue_of(&self, upstream: &UpstreamConfig) -> fair_queue::Rules {
        self.limits.queue(upstream.max_concurrent)
    }
}
