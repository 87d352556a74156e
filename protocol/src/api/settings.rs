use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What holds for everybody at a gateway.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GatewaySettings {
    /// Where days and months begin.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: String,
    /// The same as the configuration file has it, where nobody chose another one.
    #[schema(example = "UTC")]
    pub time_zone_of_file: String,
    pub is_time_zone_chosen: bool,
    /// For how many days usage rows are kept; null: for good. Sums by day are always kept.
    pub usage_days: Option<u32>,
    pub usage_days_min: u32,
    /// No usage row of before this moment is there any more; null: all are.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub usage_kept_from: Option<Timestamp>,
    /// For how many days alerts are kept.
    #[schema(example = 30)]
    pub alert_days: u32,
    /// Whether visitors without a session see what members make public; members always do.
    pub public_profiles: bool,
}

/// All of the settings; what is null is as it comes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SettingsRequest {
    /// Null: as in the configuration file.
    #[schema(example = "Europe/Berlin")]
    pub time_zone: Option<String>,
    /// At least 35. Null: for good. Rows that are older are deleted, and cannot be had back.
    #[schema(example = 400)]
    pub usage_days: Option<u32>,
    /// At least 1. Null: 30.
    #[schema(example = 90)]
    pub alert_days: Option<u32>,
    /// Null: true.
    pub public_profiles: Option<bool>,
}
