use std::{fmt, str::FromStr};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::MemberSummary;
use crate::{TokenId, words::one_of};

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident $text:literal;)*) => {
        /// What a personal access token may be used for, of what its member may do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Scope { $($(#[$doc])* #[serde(rename = $text)] $name),* }

        impl Scope {
            pub const ALL: &[Self] = &[$(Self::$name),*];
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $text),* } }
        }
    };
}

scopes! {
    /// Keys, devices, balances, models.
    Read "read";
    UsageRead "usage:read";
    /// Send sums of days to one's own profile, and say who sees them.
    UsageSubmit "usage:submit";
    /// Claim keys; mint, assign and revoke them.
    KeysWrite "keys:write";
    DevicesWrite "devices:write";
    /// Top-ups, allocations, allowances, refunds.
    CreditWrite "credit:write";
    MembersRead "members:read";
    MembersWrite "members:write";
    UpstreamsRead "upstreams:read";
    UpstreamsWrite "upstreams:write";
    AlertsRead "alerts:read";
    /// Rules and channels too.
    AlertsWrite "alerts:write";
    AuditRead "audit:read";
}

impl utoipa::PartialSchema for Scope {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        let words = Self::ALL.iter().map(|scope| scope.as_str());
        one_of(
            words,
            "What a personal access token may be used for, of what its member may do.",
        )
    }
}

impl ToSchema for Scope {}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Scope {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|scope| scope.as_str() == text);
        found.copied().ok_or_else(|| {
            let all: Vec<_> = Self::ALL.iter().map(|scope| scope.as_str()).collect();
            format!("a scope is one of {}", all.join(", "))
        })
    }
}

/// `POST /api/v1/tokens`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TokenRequest {
    pub name: String,
    pub scopes: Vec<Scope>,
    /// At most a year ahead; 90 days when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = "date-time")]
    pub expires_at: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonalToken {
    pub id: TokenId,
    pub name: String,
    pub last4: String,
    pub scopes: Vec<Scope>,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = "date-time")]
    pub expires_at: Timestamp,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub last_used_at: Option<Timestamp>,
    #[schema(value_type = Option<String>, format = "date-time")]
    pub revoked_at: Option<Timestamp>,
}

/// `GET /api/v1/token`: the token that the request came with, and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnToken {
    pub member: MemberSummary,
    pub token: PersonalToken,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenList {
    pub tokens: Vec<PersonalToken>,
    /// `after` of the next page; null: this is the last one.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = "uuid")]
    pub next: Option<Uuid>,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenCreated {
    /// The token `ttp_…`. Shown here once and nowhere else.
    pub secret: String,
    pub token: PersonalToken,
}
