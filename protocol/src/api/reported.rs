use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Money, TokenUsage};

/// `POST /api/v1/usage/reported`: what a device says was consumed without this gateway.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReportedRows {
    /// At most 200.
    pub rows: Vec<ReportedRow>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportedRow {
    /// Within its client, for ever: 1 to 64 letters, digits and any of `-_.:`. A row that is known
    /// is never there twice, whichever device reports it.
    pub id: String,
    /// The assistant, or `manual` or `ci`.
    pub client: String,
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
    #[serde(default)]
    pub repository: Option<String>,
    #[serde(default)]
    pub branch: Option<String>,
    #[serde(default)]
    pub model: Option<String>,
    #[serde(default)]
    pub provider: Option<String>,
    pub usage: TokenUsage,
    /// What the device works out or was charged elsewhere; null where no price is known. Never part
    /// of a balance.
    #[serde(default)]
    pub cost_nano_usd: Option<Money>,
}

/// What became of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportedAnswer {
    /// New here, or told more fully by the key that reported them.
    pub kept: u64,
    /// Known as they are, or another key's.
    pub known: u64,
}

/// `GET /api/v1/usage/reported`: sums of what devices reported, the largest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ReportedSums {
    pub sums: Vec<ReportedSum>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportedSum {
    pub repository: Option<String>,
    pub branch: Option<String>,
    pub client: String,
    pub model: Option<String>,
    pub rows: u64,
    /// Of them without a price.
    pub unpriced_rows: u64,
    pub usage: TokenUsage,
    /// Of what has one.
    pub cost_nano_usd: Money,
}
