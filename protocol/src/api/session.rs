use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{MemberSummary, Role, SignInProvider};
use crate::SessionId;

/// `POST /api/v1/session`: sign-in by password.
#[derive(Deserialize, Serialize, ToSchema)]
pub struct SignInRequest {
    /// Name or e-mail address.
    pub name: String,
    pub password: String,
}

/// `POST /api/v1/session/link`: sign-in by a one-time link, or an invitation that is accepted.
#[derive(Deserialize, Serialize, ToSchema)]
pub struct LinkRequest {
    /// The secret `tti_…` behind the `#`, or the whole link.
    pub link: String,
    /// Of the new member; where the link says it already it may be absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// An invitation asks for one; a sign-in link sets it in the place of a forgotten one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

#[derive(Deserialize, Serialize, ToSchema)]
pub struct LinkLookRequest {
    pub link: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum LinkKind {
    /// Signs a member in, or makes the owner where there is none.
    SignIn,
    /// Makes a member.
    Invitation,
}

/// What a link would do; looking does not use it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkPreview {
    pub kind: LinkKind,
    pub role: Role,
    /// The member, or the name that the invitation suggests; null: the first owner, or free to choose.
    pub name: Option<String>,
    pub email: Option<String>,
    pub asks_name: bool,
    pub asks_password: bool,
    #[schema(value_type = String, format = "date-time")]
    pub expires_at: Timestamp,
}

/// A signed-in browser.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub id: SessionId,
    #[schema(value_type = String, format = "date-time")]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = "date-time")]
    pub seen_at: Timestamp,
    /// When it ends at the latest.
    #[schema(value_type = String, format = "date-time")]
    pub ends_at: Timestamp,
    /// When it ends unless it is used.
    #[schema(value_type = String, format = "date-time")]
    pub idle_ends_at: Timestamp,
    /// Until then what needs a fresh password or passkey is done without asking; null: ask.
    #[schema(value_type = Option<String>, format = "date-time")]
    pub step_up_until: Option<Timestamp>,
    /// What the browser calls itself.
    pub client: Option<String>,
    pub address: Option<String>,
    /// The session that asks.
    pub current: bool,
}

/// Who is signed in, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SessionResponse {
    pub member: MemberSummary,
    pub session: Session,
    /// Money, roles and secrets need no fresh password: this member has none, and sits at the
    /// gateway's own machine.
    pub step_up_free: bool,
    /// The member has a passkey that works at this address.
    pub has_passkey: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionList {
    pub sessions: Vec<Session>,
}

/// `POST /api/v1/session/step-up`
#[derive(Deserialize, Serialize, ToSchema)]
pub struct StepUpRequest {
    pub password: String,
}

/// `PUT /api/v1/session/password`
#[derive(Deserialize, Serialize, ToSchema)]
pub struct PasswordRequest {
    /// The one before; absent only within ten minutes of a one-time link or a step-up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<String>,
    pub new: String,
}

/// How one can sign in at this gateway; what the sign-in page shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SignInWays {
    /// False: nobody has used the link yet that the gateway printed at its start.
    pub has_owner: bool,
    pub password: bool,
    /// The address of this page has a name, to which passkeys can belong.
    pub passkey: bool,
    /// Services that say who somebody is.
    pub providers: Vec<SignInProvider>,
}
