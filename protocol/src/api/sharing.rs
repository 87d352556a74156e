//! What members choose to show of what their assistants used: sums of days, never a project or a prompt.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::Money;

/// What one assistant used with one model on one day of one machine, whole: sent again with as many
/// tokens or more it replaces what was sent before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubmittedDay {
    /// The machine's own day.
    #[schema(value_type = String, format = "date")]
    pub day: Date,
    /// The assistant, as `token-tracker usage rows` names it.
    pub client: String,
    pub model: String,
    /// Answers of the model.
    pub messages: u64,
    /// Without cache reads and writes.
    pub input_tokens: u64,
    /// With reasoning.
    pub output_tokens: u64,
    pub cache_read_tokens: u64,
    pub cache_write_tokens: u64,
    /// The part of the output that was reasoning.
    pub reasoning_tokens: u64,
    /// Input, output, cache reads and cache writes together.
    pub total_tokens: u64,
    /// Null for a model without a known price.
    pub cost_nano_usd: Option<Money>,
}

/// `POST /api/v1/sharing/days`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Submission {
    /// A random number that the machine keeps, so that its days replace each other.
    #[schema(value_type = String, format = "uuid")]
    pub machine: Uuid,
    /// At most 500.
    pub days: Vec<SubmittedDay>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SubmissionAnswer {
    /// How many days, assistants and models are kept of this submission.
    pub kept: u64,
}

/// `PUT /api/v1/sharing`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SharingChange {
    /// The name in the address of the profile: 3 to 30 of a–z, 0–9 and `-`.
    pub handle: String,
    /// The name that the profile shows, of at most 60 letters.
    pub name: String,
    /// Whether there is a profile that everybody may see, and a place in the leaderboards.
    pub is_public: bool,
    /// Whether it says what the tokens cost.
    pub shows_cost: bool,
}

/// A machine that sent days.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SharingMachine {
    #[schema(value_type = String, format = "uuid")]
    pub machine: Uuid,
    /// What the machine was called when it logged in; null where nobody did.
    pub name: Option<String>,
    pub days: u64,
    pub tokens: u64,
    #[schema(value_type = String, format = "date-time")]
    pub last_at: Timestamp,
}

/// `GET /api/v1/sharing`: what one shares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Sharing {
    /// Null until one was chosen; nothing is public without.
    pub handle: Option<String>,
    /// The name that the profile shows; until one was chosen, the member's.
    pub name: String,
    pub is_public: bool,
    pub shows_cost: bool,
    pub machines: Vec<SharingMachine>,
}

/// `GET /api/v1/sharing/days`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub struct SentDaysQuery {
    /// Of one machine alone.
    #[param(value_type = Option<String>, format = "uuid")]
    pub machine: Option<Uuid>,
    /// Up to this day, which is included.
    #[param(value_type = Option<String>, format = "date")]
    pub until: Option<Date>,
}

/// What one's machines sent of one day: a line of `token-tracker usage daily`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SentDay {
    #[schema(value_type = String, format = "date")]
    pub day: Date,
    pub messages: u64,
    pub input_tokens: u64,
    pub output_tokens: u64,
    pub cache_read_tokens: u64,
    pub cache_write_tokens: u64,
    pub reasoning_tokens: u64,
    pub total_tokens: u64,
    /// Of what has a price; null where nothing has one.
    pub cost_nano_usd: Option<Money>,
    /// Without a known price.
    pub unpriced_messages: u64,
    pub models: Vec<String>,
}

/// The latest days first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SentDayList {
    pub days: Vec<SentDay>,
    /// Ask for what is before with `until`; null where nothing is.
    #[schema(value_type = Option<String>, format = "date")]
    pub next_until: Option<Date>,
}

/// A day of a profile, over all machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SharedDay {
    #[schema(value_type = String, format = "date")]
    pub day: Date,
    pub tokens: u64,
    /// Null where the member does not show what it cost.
    pub cost_nano_usd: Option<Money>,
}

/// An assistant or a model, over all days of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SharedPart {
    pub name: String,
    pub tokens: u64,
    pub cost_nano_usd: Option<Money>,
}

/// `GET /api/v1/profiles/{handle}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    pub handle: String,
    pub name: String,
    pub tokens: u64,
    pub cost_nano_usd: Option<Money>,
    pub active_days: u32,
    /// Days in a row, today or yesterday included.
    pub streak_days: u32,
    pub longest_streak_days: u32,
    /// Those with use, in order, of the last 53 weeks.
    pub days: Vec<SharedDay>,
    /// Over all time, the most tokens first.
    pub clients: Vec<SharedPart>,
    /// Over all time, the most tokens first.
    pub models: Vec<SharedPart>,
}

/// How the days of a profile are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum GraphForm {
    /// A square for each day.
    #[default]
    Squares,
    /// A tower for each day, seen from above and aside.
    Towers,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum GraphTheme {
    #[default]
    Light,
    Dark,
}

/// `GET /api/v1/profiles/{handle}/graph.svg`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub struct GraphQuery {
    /// `squares` when absent.
    #[param(inline)]
    pub form: GraphForm,
    /// `light` when absent.
    #[param(inline)]
    pub theme: GraphTheme,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum LeaderboardPeriod {
    /// Seven days, today included.
    Week,
    /// Thirty days.
    #[default]
    Month,
    /// 365 days.
    Year,
    All,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum LeaderboardOrder {
    #[default]
    Tokens,
    /// Only those who show it.
    Cost,
    Streak,
}

/// `GET /api/v1/leaderboard`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub struct LeaderboardQuery {
    pub period: LeaderboardPeriod,
    pub by: LeaderboardOrder,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaderboardRow {
    /// Equal figures have equal places.
    pub place: u32,
    pub handle: String,
    pub name: String,
    pub tokens: u64,
    pub cost_nano_usd: Option<Money>,
    pub active_days: u32,
    pub streak_days: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Leaderboard {
    pub period: LeaderboardPeriod,
    pub by: LeaderboardOrder,
    /// The first hundred.
    pub rows: Vec<LeaderboardRow>,
}
