use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Allowance, LotFigures};
use crate::{Money, TeamId};

/// Members who are given credit out of one pool. The pool is a lot like that of a key, whose code
/// nobody has: its credit is allocated to keys, and never spent itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    /// The pool. Credit goes into and out of it under its `keyId`, as with any key.
    pub pool: LotFigures,
    /// What the pool is given by itself.
    pub allowance: Option<Allowance>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TeamList {
    pub teams: Vec<Team>,
}

/// `POST /api/v1/teams`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TeamRequest {
    pub name: String,
    /// What the pool begins with.
    #[serde(default = "nothing")]
    pub credit_nano_usd: Money,
}

fn nothing() -> Money {
    Money::ZERO
}

/// `PATCH /api/v1/teams/{id}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TeamChange {
    pub name: String,
}

/// `PUT /api/v1/members/{id}/team`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberTeamRequest {
    /// Null: in none.
    pub team_id: Option<TeamId>,
}
