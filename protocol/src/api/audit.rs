use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use crate::AuditId;

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditActor {
    /// `member`, `token` (a member's), `device`, `machine` (the credential in admin.json), `nobody` or `gateway`.
    pub kind: String,
    /// Of the member, token or device.
    pub id: Option<String>,
    pub name: Option<String>,
}

/// One line of the audit log. Nothing in it is a secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEntry {
    /// Without gaps, from 1.
    pub number: u64,
    pub id: AuditId,
    #[schema(value_type = String, format = "date-time")]
    pub at: Timestamp,
    pub actor: AuditActor,
    /// Such as `key.mint`.
    pub action: String,
    /// Such as `key 0198…`.
    pub target: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
    pub request_id: Option<String>,
    pub peer: Option<String>,
    /// Names were taken out of this line when a person was erased; its place in the chain stays.
    #[serde(default)]
    pub erased: bool,
    /// SHA-256 over the hash of the line before and this line, in hex.
    pub hash: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AuditList {
    pub entries: Vec<AuditEntry>,
    /// `before` of the next page; null: this is the last one.
    pub next: Option<u64>,
}

/// `GET /api/v1/audit`: newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", default)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// Lines older than this number: the `next` of the page before.
    pub before: Option<u64>,
    /// At most 500; 50 when absent.
    pub limit: Option<u32>,
    /// The id of a member, token or device, or a kind of actor.
    pub actor: Option<String>,
    /// An action, or the first part of it: `key` finds `key.mint`.
    pub action: Option<String>,
    pub target: Option<String>,
    #[param(value_type = Option<String>)]
    pub since: Option<Timestamp>,
    #[param(value_type = Option<String>)]
    pub until: Option<Timestamp>,
}

/// What a recount of the whole log found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditReport {
    pub entries: u64,
    /// The hash of the last line. Kept elsewhere it proves that nobody wrote all of it anew.
    pub head: Option<String>,
    /// Lines that are not what was written; empty: all of them are.
    pub differences: Vec<String>,
}
