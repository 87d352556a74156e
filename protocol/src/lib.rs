//! The words that every room shares.
//!
//! Identifiers, money, usage, the editor's JSON-RPC ([`editor`]), the gateway's HTTP types
//! ([`api`]) and [`Problem`], the one shape of an error. Nothing here reads a clock, a file or
//! the network, except behind the feature `client`.

pub mod api;
#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "client")]
pub mod credential;
pub mod editor;
mod ids;
mod money;
mod problem;
mod receipt;
mod remote;
mod tokens;
mod words;

pub use ids::{
    AlertId, AlertRuleId, AuditId, ChannelId, DeviceId, IdentityId, InvitationId, KeyId, MemberId, PasskeyId,
    RequestId, SessionId, TeamId, TokenId,
};
pub use money::{Money, MoneyError};
pub use problem::{Code, Problem};
pub use receipt::{Receipt, RequestKind};
pub use remote::host_and_path;
pub use tokens::TokenUsage;

/// The version of the custom `tokenTracker/*` methods, checked in `initialize`.
pub const PROTOCOL_VERSION: u32 = 1;
/// Where a gateway listens when nobody says otherwise.
pub const DEFAULT_LISTEN: &str = "127.0.0.1:7425";

/// HTTP header names that Token Tracker adds to the vendors' dialects.
pub mod header {
    /// Response: the request id that the gateway made (UUIDv7).
    pub const REQUEST_ID: &str = "x-token-tracker-request-id";
    /// Response: what the request cost, whole nano-USD.
    pub const COST: &str = "x-token-tracker-cost-nano-usd";
    /// Response: what is left to spend, whole nano-USD.
    pub const BALANCE: &str = "x-token-tracker-balance-nano-usd";
    /// Response: present when the output cap was lowered to what the balance affords.
    pub const OUTPUT_CAP: &str = "x-token-tracker-output-cap";
    /// Response: tools that the client offers by habit and that were not passed on.
    pub const LEFT_OUT: &str = "x-token-tracker-left-out";
    /// Response: the model that was chosen, where the request left that open.
    pub const MODEL: &str = "x-token-tracker-model";
    /// Response: why it was that one.
    pub const MODEL_REASON: &str = "x-token-tracker-model-reason";
    /// Request: the client's own id; the same twice from one device is refused.
    pub const CLIENT_REQUEST_ID: &str = "x-token-tracker-client-request-id";
    /// Request: `completion` or `chat`, when the route does not say it.
    pub const KIND: &str = "x-token-tracker-kind";
    /// Request: host/path of the repository, percent-encoded, without user info.
    pub const REPOSITORY: &str = "x-token-tracker-repository";
    /// Request: the git branch, percent-encoded.
    pub const BRANCH: &str = "x-token-tracker-branch";
    /// Request: the language id of the file, percent-encoded.
    pub const LANGUAGE: &str = "x-token-tracker-language";
    /// Request: `1` asks for the comment line `: receipt {json}` in a stream.
    pub const RECEIPT: &str = "x-token-tracker-receipt";
    /// Every header of ours starts with this; upstreams cannot speak in our name.
    pub const PREFIX: &str = "x-token-tracker-";
}
