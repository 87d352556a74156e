//! What sidecar and editor say beyond plain LSP: the `tokenTracker/*` methods.
//!
//! Errors are JSON-RPC errors with code [`ERROR_CODE`] whose `data` is a [`Problem`].

use serde::{Deserialize, Serialize};
use serde_json::Value;
use ts_rs::TS;

use crate::{
    DeviceId, Money, Problem,
    api::{Balance, Member, Model},
};

pub use crate::Receipt;

/// `error.code` of every error of ours.
pub const ERROR_CODE: i64 = -32000;

/// Method names, each in one place.
pub mod method {
    pub const REDEEM: &str = "tokenTracker/redeem";
    pub const SIGN_OUT: &str = "tokenTracker/signOut";
    pub const ACCOUNT: &str = "tokenTracker/account";
    pub const BALANCE: &str = "tokenTracker/balance";
    pub const MODELS: &str = "tokenTracker/models";
    pub const CHAT: &str = "tokenTracker/chat";
    pub const CHAT_DELTA: &str = "tokenTracker/chatDelta";
    pub const CONVERSATIONS: &str = "tokenTracker/conversations";
    pub const CONVERSATION: &str = "tokenTracker/conversation";
    pub const DELETE_CONVERSATION: &str = "tokenTracker/deleteConversation";
    pub const COMPLETION_EVENT: &str = "tokenTracker/completionEvent";
    pub const USAGE: &str = "tokenTracker/usage";
    pub const STATUS: &str = "tokenTracker/status";
    pub const SECRET: &str = "tokenTracker/secret";
    pub const RECEIPT: &str = "tokenTracker/receipt";
    /// `workspace/executeCommand`, run by the editor when a suggestion is accepted.
    pub const COMPLETION_ACCEPTED_COMMAND: &str = "tokenTracker.completionAccepted";
}

/// `initializationOptions`; every member is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields = nullable)]
pub struct InitializationOptions {
    pub protocol_version: Option<u32>,
    /// The editor answers `tokenTracker/secret`.
    pub secret_storage: Option<bool>,
    pub client_name: Option<String>,
    pub client_version: Option<String>,
}

/// The section `tokenTracker` of the editor's configuration; what is absent has its default.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields = nullable)]
pub struct Settings {
    pub gateway_url: Option<String>,
    pub completion: Option<CompletionSettings>,
    pub chat: Option<ChatSettings>,
    /// Path of a file with further CA certificates (PEM).
    pub ca_file: Option<String>,
    /// URL of an HTTP proxy; the environment's proxy when absent.
    pub proxy: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields = nullable)]
pub struct CompletionSettings {
    pub enabled: Option<bool>,
    /// Language id → on or off; `*` is the rest.
    pub languages: Option<std::collections::BTreeMap<String, bool>>,
    pub model: Option<String>,
    #[ts(as = "Option<u32>")]
    pub debounce_ms: Option<u64>,
    /// Globs of files that are never read into a request, beside the built-in ones.
    pub exclude: Option<Vec<String>>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields = nullable)]
pub struct ChatSettings {
    pub model: Option<String>,
    /// Conversations older than this are deleted; 0 keeps none.
    pub history_days: Option<u32>,
}

/// Parameters of a method that takes none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Empty {}

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct RedeemParams {
    pub gateway_url: String,
    pub key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_name: Option<String>,
}

/// Where the device's credential is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum CredentialStore {
    Keyring,
    Editor,
    Environment,
    File,
}

/// This device's standing at its gateway, as the editor sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct EditorAccount {
    pub gateway_url: String,
    pub credential_store: CredentialStore,
    pub member: Option<Member>,
    pub device_id: DeviceId,
    pub device_name: String,
    pub balance: Balance,
    pub models: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RedeemResult {
    pub account: EditorAccount,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct AccountResult {
    /// Null when nobody is signed in.
    pub account: Option<EditorAccount>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
#[ts(optional_fields = nullable)]
pub struct BalanceParams {
    /// Ask the gateway, instead of answering what is known.
    pub refresh: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct BalanceResult {
    pub balance: Balance,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ModelsResult {
    pub models: Vec<Model>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TextPosition {
    pub line: u32,
    pub character: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TextRange {
    pub start: TextPosition,
    pub end: TextPosition,
}

/// A file, or a part of one, that the question is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct ChatContext {
    pub uri: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<TextRange>,
    /// The text itself; when absent the sidecar reads the open document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct ChatParams {
    /// Absent: a new conversation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    pub message: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context: Option<Vec<ChatContext>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChatResult {
    pub conversation_id: String,
    pub message_id: String,
    /// As the provider says it: `stop`, `length`, …
    pub finish_reason: String,
    pub receipt: Receipt,
}

/// A piece of the answer, sent to the editor while the chat request runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChatDelta {
    pub conversation_id: String,
    pub message_id: String,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConversationSummary {
    pub conversation_id: String,
    /// The first question, shortened.
    pub title: String,
    /// RFC 3339.
    pub updated_at: String,
    pub messages: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ConversationsResult {
    pub conversations: Vec<ConversationSummary>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConversationParams {
    pub conversation_id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ChatRole {
    User,
    Assistant,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ChatMessage {
    pub message_id: String,
    pub role: ChatRole,
    pub text: String,
    /// RFC 3339.
    pub at: String,
    /// What the answer consumed; null for questions.
    pub receipt: Option<Receipt>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ConversationResult {
    pub conversation_id: String,
    pub messages: Vec<ChatMessage>,
}

/// Deletes one conversation, or all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields = nullable)]
pub struct DeleteConversationParams {
    pub conversation_id: Option<String>,
    pub all: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum CompletionOutcome {
    Shown,
    Accepted,
    PartiallyAccepted,
    Rejected,
}

/// What became of a suggestion, told by the editor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct CompletionEvent {
    pub item_id: String,
    pub event: CompletionOutcome,
    /// UTF-16 units accepted so far, of a partial accept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted_length: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum UsageGroup {
    #[default]
    Day,
    Model,
    Branch,
    Repository,
    Kind,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
#[ts(optional_fields = nullable)]
pub struct UsageParams {
    /// RFC 3339.
    pub since: Option<String>,
    /// RFC 3339.
    pub until: Option<String>,
    /// The IANA name of the zone whose days are counted; without one the machine's.
    pub time_zone: Option<String>,
    #[ts(as = "Option<UsageGroup>")]
    pub group_by: UsageGroup,
}

/// One line of the device's own usage log, folded by a group.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct UsageRow {
    pub key: String,
    #[ts(type = "number")]
    pub requests: u64,
    #[ts(type = "number")]
    pub input_tokens: u64,
    #[ts(type = "number")]
    pub output_tokens: u64,
    #[ts(type = "number")]
    pub cache_read_tokens: u64,
    #[ts(type = "number")]
    pub cache_write_tokens: u64,
    pub cost_nano_usd: Money,
    #[ts(type = "number")]
    pub shown: u64,
    #[ts(type = "number")]
    pub accepted: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UsageResult {
    pub rows: Vec<UsageRow>,
    /// The sum of all rows; its `key` is empty.
    pub totals: UsageRow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum State {
    SignedOut,
    Ready,
    Working,
    Offline,
    Exhausted,
    Revoked,
    Error,
}

/// Sent to the editor on every change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[ts(optional_fields)]
pub struct Status {
    pub state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub balance: Option<Balance>,
    /// Why the state is not `ready`, or why the last request said nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential_store: Option<CredentialStore>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum SecretOperation {
    Get,
    Set,
    Delete,
}

/// A request to an editor that declared `secretStorage`: use your own secret store.
#[derive(Clone, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SecretParams {
    pub op: SecretOperation,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// The answer to [`SecretParams`]; no `Debug`, since it carries a secret.
#[derive(Clone, Default, Serialize, Deserialize, TS)]
#[ts(optional_fields)]
pub struct SecretResult {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

/// A suggestion, as `textDocument/inlineCompletion` answers it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct InlineCompletionItem {
    pub insert_text: String,
    pub range: TextRange,
    pub id: String,
    pub command: InlineCompletionCommand,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct InlineCompletionCommand {
    pub title: String,
    pub command: String,
    #[ts(type = "unknown[]")]
    pub arguments: Vec<Value>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct InlineCompletionList {
    pub items: Vec<InlineCompletionItem>,
}
