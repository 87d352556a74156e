use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::Money;

/// `GET /api/v1/reconciliation`: what was metered against what the providers billed, in UTC days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub struct ReconciliationQuery {
    /// The first day, as in 2026-11-01. Default: seven days ago.
    #[param(value_type = Option<String>)]
    pub since: Option<Date>,
    /// The day after the last one. Default: tomorrow.
    #[param(value_type = Option<String>)]
    pub until: Option<Date>,
}

/// What was metered against what was billed, newest day first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reconciliation {
    #[schema(value_type = String, format = "date")]
    pub since: Date,
    #[schema(value_type = String, format = "date")]
    pub until: Date,
    pub lines: Vec<ReconciliationLine>,
    /// Where each upstream's bill comes from, and how far it has come.
    pub sources: Vec<BillingSource>,
}

/// One model of one upstream on one UTC day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReconciliationLine {
    #[schema(value_type = String, format = "date")]
    pub day: Date,
    pub upstream: String,
    /// The upstream's name for it, without a version's date.
    pub model: String,
    /// What the usage rows add up to; the cost without the operator's multiplier.
    pub metered: Option<LineAmounts>,
    pub billed: Option<LineAmounts>,
    /// Billed less metered, where both are known.
    pub difference: Option<LineDifference>,
    pub state: LineState,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineAmounts {
    pub requests: Option<u64>,
    /// All of it, cached or not.
    pub input_tokens: Option<u64>,
    pub output_tokens: Option<u64>,
    /// Negative where a provider gave something back.
    pub cost_nano_usd: Option<Money>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LineDifference {
    pub input_tokens: Option<i64>,
    pub output_tokens: Option<i64>,
    pub cost_nano_usd: Option<Money>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum LineState {
    /// The same, within the tolerance.
    Matches,
    Differs,
    /// The day's bill is there, and the model is not on it.
    OnlyMetered,
    /// Somebody used the service past the gateway.
    OnlyBilled,
    /// The bill of that day is not there, or not complete.
    NotToldYet,
}

impl LineState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matches => "matches",
            Self::Differs => "differs",
            Self::OnlyMetered => "only metered",
            Self::OnlyBilled => "only billed",
            Self::NotToldYet => "not told yet",
        }
    }

    /// Whether somebody should look at it.
    pub const fn is_alarming(self) -> bool {
        matches!(self, Self::Differs | Self::OnlyMetered | Self::OnlyBilled)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BillingSource {
    pub upstream: String,
    pub kind: BillingSourceKind,
    /// When a bill was last read, or imported.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub read_at: Option<Timestamp>,
    /// Why the last reading came to nothing, and what to do.
    pub problem: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum BillingSourceKind {
    /// The provider tells it.
    Provider,
    /// It is imported.
    File,
    /// The provider tells it, and no billing key is configured.
    NoKey,
}

impl BillingSourceKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::File => "file",
            Self::NoKey => "no billing key",
        }
    }
}

/// What a provider billed for one model on one UTC day, as a person read it off a bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BilledLine {
    #[schema(value_type = String, format = "date")]
    pub day: Date,
    pub upstream: String,
    pub model: String,
    #[serde(default)]
    pub requests: Option<u64>,
    #[serde(default)]
    pub input_tokens: Option<u64>,
    #[serde(default)]
    pub output_tokens: Option<u64>,
    #[serde(default)]
    pub cost_nano_usd: Option<Money>,
}

/// `POST /api/v1/reconciliation/lines`. Each day of an upstream that is in it is replaced whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BilledLines {
    pub lines: Vec<BilledLine>,
}
