use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::{AlertId, AlertRuleId, ChannelId, MemberId, Money};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$of:meta])* $variant:ident $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        // The contract takes the words from here, and does not see what stands at a variant of a macro.
        #[serde(rename_all = "camelCase")]
        pub enum $name { $($(#[$of])* $variant),* }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant),*];
            pub const fn as_str(self) -> &'static str { match self { $(Self::$variant => $text),* } }
        }

        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                Self::ALL.iter().find(|word| word.as_str() == text).copied().ok_or(())
            }
        }
    };
}

words! {
    /// What somebody is alerted to.
    AlertKind {
        /// A key has used most of its credit, or of what it may spend in a day or month.
        ApproachingLimit "approachingLimit",
        /// Nothing is left of it, or too little for a request that came.
        LimitExceeded "limitExceeded",
        /// The gateway, a member or a key spent more in a day than the line that was set.
        HighDailyCost "highDailyCost",
        /// No request to an upstream succeeded for some minutes.
        ServiceDown "serviceDown",
        /// Far more tokens than are usual on the weekday, by the last four weeks.
        UnusualActivity "unusualActivity",
        /// A provider took more than was held, or billed something else than what was metered.
        Variance "variance",
    }
}

words! {
    AlertState {
        Open "open",
        /// Somebody has seen it.
        Acknowledged "acknowledged",
        /// It is over, or somebody has put it away.
        Resolved "resolved",
    }
}

words! {
    /// Whose alerts a rule is for. What is set for a key goes before what is set for its member.
    AlertScope {
        Gateway "gateway",
        Member "member",
        Key "key",
    }
}

words! {
    /// What an alert is about.
    AlertSubjectKind {
        Gateway "gateway",
        Member "member",
        Key "key",
        Device "device",
        Upstream "upstream",
    }
}

words! {
    ChannelKind {
        Email "email",
        Webhook "webhook",
    }
}

words! {
    DeliveryState {
        /// It will be tried at `nextAt`.
        Waiting "waiting",
        Delivered "delivered",
        /// It was tried for a day.
        Failed "failed",
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertSubject {
    pub kind: AlertSubjectKind,
    /// Of the member, key or device; an upstream's name; null: the gateway.
    pub id: Option<String>,
    pub name: String,
}

/// How one alert reaches one channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertDelivery {
    pub channel_id: ChannelId,
    pub channel: ChannelKind,
    /// The channel's name.
    pub name: String,
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: u32,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub next_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub delivered_at: Option<Timestamp>,
    /// Why the last try came to nothing.
    pub problem: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Alert {
    pub id: AlertId,
    pub kind: AlertKind,
    pub state: AlertState,
    pub subject: AlertSubject,
    /// What happened, in a few words.
    pub title: String,
    /// The same with its figures, and what to do.
    pub detail: String,
    #[schema(value_type = String, format = "date-time")]
    pub raised_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub acknowledged_at: Option<Timestamp>,
    /// The name of whoever has seen it.
    pub acknowledged_by: Option<String>,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub resolved_at: Option<Timestamp>,
    /// The name of whoever put it away; null with `resolvedAt`: it was over by itself.
    pub resolved_by: Option<String>,
    /// Whose key or account it is about.
    pub member_id: Option<MemberId>,
    /// By which channels it was sent; empty for those who may not see channels.
    pub deliveries: Vec<AlertDelivery>,
}

/// `GET /api/v1/alerts`: newest first, of the last 30 days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub struct AlertQuery {
    pub state: Option<AlertState>,
    pub kind: Option<AlertKind>,
    /// Alerts older than this one: the `next` of the page before.
    pub before: Option<AlertId>,
    /// At most 200; 50 when absent.
    pub limit: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertList {
    pub alerts: Vec<Alert>,
    /// `before` of the next page; null: this is the last one.
    pub next: Option<AlertId>,
    /// How many are open, whatever was asked for.
    pub open: u64,
}

/// When an alert is raised. Which of the figures counts depends on the kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertRule {
    /// Null: nobody has changed it from how it comes.
    pub id: Option<AlertRuleId>,
    pub kind: AlertKind,
    pub scope: AlertScope,
    /// Of the member or key.
    pub scope_id: Option<String>,
    pub scope_name: Option<String>,
    pub enabled: bool,
    /// `approachingLimit`: of the limit. `unusualActivity`: of what is usual; 200 is twice as much.
    pub percent: Option<u32>,
    /// `highDailyCost`, `variance`: more than this.
    pub amount_nano_usd: Option<Money>,
    /// `serviceDown`: for so long.
    pub minutes: Option<u32>,
    /// `unusualActivity`: a day of fewer tokens is never unusual.
    pub tokens: Option<u64>,
}

/// `PUT /api/v1/alerts/rules`: in the place of the rule of this kind and scope. A figure that is
/// absent is as it comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertRuleRequest {
    pub kind: AlertKind,
    pub scope: AlertScope,
    #[serde(default)]
    pub scope_id: Option<String>,
    pub enabled: bool,
    #[serde(default)]
    pub percent: Option<u32>,
    #[serde(default)]
    pub amount_nano_usd: Option<Money>,
    #[serde(default)]
    pub minutes: Option<u32>,
    #[serde(default)]
    pub tokens: Option<u64>,
}

/// When e-mails and webhooks wait. The bell does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuietHours {
    pub enabled: bool,
    /// `22:00`, in the gateway's time zone.
    pub from: String,
    pub until: String,
    /// A service that is down and a limit that is exceeded do not wait.
    pub urgent_pass: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlertRules {
    /// The gateway's, one of each kind; then those of members and keys.
    pub rules: Vec<AlertRule>,
    pub quiet_hours: QuietHours,
    /// In which quiet hours and days are counted.
    pub time_zone: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Channel {
    pub id: ChannelId,
    pub kind: ChannelKind,
    pub name: String,
    pub enabled: bool,
    /// `email`: who gets it.
    pub to: Vec<String>,
    /// `webhook`: where it is sent.
    pub url: Option<String>,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    /// How the last alert fared here.
    pub last: Option<AlertDelivery>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChannelList {
    pub channels: Vec<Channel>,
    /// The sender of e-mails; null: the configuration names no mail server.
    pub email_from: Option<String>,
}

/// `POST /api/v1/alerts/channels`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChannelRequest {
    pub kind: ChannelKind,
    pub name: String,
    #[serde(default)]
    pub to: Vec<String>,
    #[serde(default)]
    pub url: Option<String>,
}

/// `PATCH /api/v1/alerts/channels/{id}`: what is absent stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChannelChange {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub enabled: Option<bool>,
    #[serde(default)]
    pub to: Option<Vec<String>>,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChannelCreated {
    pub channel: Channel,
    /// What a webhook's messages are signed with. Shown here once and nowhere else.
    pub secret: Option<String>,
}

/// What became of a message that was sent to try a channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChannelTest {
    pub delivered: bool,
    pub problem: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_written_as_it_is_read() {
        fn check<T: Copy + Serialize>(all: &[T], text: impl Fn(T) -> &'static str) {
            for &word in all {
                assert_eq!(serde_json::to_value(word).unwrap(), text(word));
            }
        }
        check(AlertKind::ALL, AlertKind::as_str);
        check(AlertState::ALL, AlertState::as_str);
        check(AlertScope::ALL, AlertScope::as_str);
        check(AlertSubjectKind::ALL, AlertSubjectKind::as_str);
        check(ChannelKind::ALL, ChannelKind::as_str);
        check(DeliveryState::ALL, DeliveryState::as_str);
    }
}
