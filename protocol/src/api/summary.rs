use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::UsageTotals;
use crate::{DeviceId, KeyId, MemberId, Money, RequestKind, TokenUsage};

/// What usage is folded by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Dimension {
    Day,
    Model,
    Kind,
    Device,
    Key,
    /// Who the key is now; empty: nobody.
    Member,
    Repository,
    Branch,
}

/// `GET /api/v1/usage/summary`: sums of usage rows. Days are those of the gateway's time zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub struct SummaryQuery {
    /// The first day, such as 2026-11-08; 29 days before the last one when absent.
    #[param(value_type = Option<String>)]
    pub from: Option<Date>,
    /// The last day; today when absent.
    #[param(value_type = Option<String>)]
    pub to: Option<Date>,
    /// By day when absent.
    pub group_by: Option<Dimension>,
    /// A second dimension inside the first.
    pub stack_by: Option<Dimension>,
    /// Only this model.
    pub model: Option<String>,
    /// Only this kind of request.
    pub kind: Option<RequestKind>,
    #[param(value_type = Option<String>)]
    pub device_id: Option<DeviceId>,
    #[param(value_type = Option<String>)]
    pub key_id: Option<KeyId>,
    /// Only what the keys used that are this member's now.
    #[param(value_type = Option<String>)]
    pub member_id: Option<MemberId>,
    /// Only this repository; an empty text: requests that named none.
    pub repository: Option<String>,
    /// Only this branch; an empty text: requests that named none.
    pub branch: Option<String>,
    /// The groups with the most cost; 200 when absent, at most 1,000. Days are never left out.
    pub limit: Option<u32>,
}

/// One group, or one part of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SummaryRow {
    /// A day, a name or an id; empty for requests that named none.
    pub group: String,
    /// Null where nothing was asked to be stacked.
    pub stack: Option<String>,
    pub requests: u64,
    pub usage: TokenUsage,
    pub cost_nano_usd: Money,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UsageSummary {
    #[schema(value_type = String, format = "date")]
    pub from: Date,
    #[schema(value_type = String, format = "date")]
    pub to: Date,
    /// The gateway's today, which is not over yet.
    #[schema(value_type = String, format = "date")]
    pub today: Date,
    /// The time zone that days are counted in.
    pub time_zone: String,
    /// Days in order; anything else by cost, the dearest first.
    pub rows: Vec<SummaryRow>,
    pub totals: UsageTotals,
    /// How many groups are left out.
    pub left_out: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DayUsage {
    #[schema(value_type = String, format = "date")]
    pub day: Date,
    pub requests: u64,
    pub tokens: u64,
    pub cost_nano_usd: Money,
}

/// What was left at the end of a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DayBalance {
    #[schema(value_type = String, format = "date")]
    pub day: Date,
    pub available_nano_usd: Money,
}

/// When credit runs out if days go on like those before. An estimate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunsOut {
    #[schema(value_type = String, format = "date")]
    pub on: Date,
    /// Four times in five it is not earlier than this,
    #[schema(value_type = String, format = "date")]
    pub from: Date,
    /// nor later than this. Null: more than two years ahead.
    #[schema(value_type = Option<String>, format = "date")]
    pub to: Option<Date>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outlook {
    /// The last 28 days and today.
    pub history: Vec<DayBalance>,
    /// The mean of the days that the outlook is made from.
    pub per_day_nano_usd: Money,
    /// Null where nothing can be said; `because` says why.
    pub runs_out: Option<RunsOut>,
    pub because: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// Days with usage of the last 52 weeks, in order.
    pub days: Vec<DayUsage>,
    pub active_days: u32,
    pub longest_run_days: u32,
    pub dearest: Option<DayUsage>,
    /// The median of the days with usage.
    pub usual_day_nano_usd: Money,
}

/// `GET /api/v1/overview`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    #[schema(value_type = String, format = "date")]
    pub today: Date,
    pub time_zone: String,
    /// Today until now.
    pub so_far_today: UsageTotals,
    pub this_month: UsageTotals,
    /// The month before, up to the same day.
    pub month_before: UsageTotals,
    /// This month, the dearest first.
    pub models: Vec<SummaryRow>,
    pub activity: Activity,
    /// Of the caller's credit; of all of the gateway's for owners and admins. Null for others
    /// without credit of their own.
    pub outlook: Option<Outlook>,
}
