use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Limits;
use crate::{MemberId, TeamId};

/// What a member may do; the gateway has one table of it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema, ts_rs::TS,
)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Reads totals.
    Viewer,
    /// Uses their own keys and devices.
    Member,
    /// Runs everything except who owns it.
    Admin,
    Owner,
}

impl Role {
    pub const ALL: [Self; 4] = [Self::Owner, Self::Admin, Self::Member, Self::Viewer];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
            Self::Viewer => "viewer",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| "a role is owner, admin, member or viewer".into())
    }
}

/// A member, as they and those who run the gateway see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MemberSummary {
    pub id: MemberId,
    pub name: String,
    pub email: Option<String>,
    pub role: Role,
    /// Without a password there is only the one-time link, or a passkey.
    pub has_password: bool,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub disabled_at: Option<Timestamp>,
    /// When a session of theirs was used last.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_seen_at: Option<Timestamp>,
    #[serde(default)]
    pub team_id: Option<TeamId>,
    /// What all keys of theirs may use together, besides what each key and device may.
    #[serde(default)]
    pub limits: Limits,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberList {
    pub members: Vec<MemberSummary>,
    /// `after` of the next page; null: this is the last one.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub next: Option<Uuid>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MemberResponse {
    pub member: MemberSummary,
}

/// `PATCH /api/v1/members/{id}`: what is absent stays. Members change their own name and e-mail
/// address; role and `disabled` are for owners and admins.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct MemberChange {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// An empty text takes the address away.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// A disabled member cannot sign in; their devices stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
}

/// A link that signs somebody in once. Shown here and nowhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OneTimeLink {
    pub url: String,
    #[schema(value_type = String, format = "date-time")]
    pub expires_at: Timestamp,
}
