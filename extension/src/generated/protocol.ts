// Generated from the protocol crate by scripts/generate; never edited by hand.

export const PROTOCOL_VERSION = 1;
export const ERROR_CODE = -32000;
export const DEFAULT_LISTEN = "127.0.0.1:7425";

export const method = {
  redeem: "tokenTracker/redeem",
  signOut: "tokenTracker/signOut",
  account: "tokenTracker/account",
  balance: "tokenTracker/balance",
  models: "tokenTracker/models",
  chat: "tokenTracker/chat",
  chatDelta: "tokenTracker/chatDelta",
  conversations: "tokenTracker/conversations",
  conversation: "tokenTracker/conversation",
  deleteConversation: "tokenTracker/deleteConversation",
  completionEvent: "tokenTracker/completionEvent",
  usage: "tokenTracker/usage",
  status: "tokenTracker/status",
  secret: "tokenTracker/secret",
  receipt: "tokenTracker/receipt",
  completionAcceptedCommand: "tokenTracker.completionAccepted",
} as const;

export type AccountResult = {
  /**
   * Null when nobody is signed in.
   */
  account: EditorAccount | null,
};

/**
 * What is left, held and spent; available = granted - spent - held.
 */
export type Balance = {
  availableNanoUsd: Money,
  heldNanoUsd: Money,
  grantedNanoUsd: Money,
  spentNanoUsd: Money,
  /**
   * What is available, for a person: `$4.99`, rounded down.
   */
  display: string,
  lots: Array<LotBalance>,
};

export type BalanceParams = {
  /**
   * Ask the gateway, instead of answering what is known.
   */
  refresh?: boolean | null,
};

export type BalanceResult = {
  balance: Balance,
};

export type Capability = "chat" | "completion" | "embedding" | "tools" | "vision";

/**
 * A file, or a part of one, that the question is about.
 */
export type ChatContext = {
  uri: string,
  range?: TextRange,
  /**
   * The text itself; when absent the sidecar reads the open document.
   */
  text?: string,
};

/**
 * A piece of the answer, sent to the editor while the chat request runs.
 */
export type ChatDelta = {
  conversationId: string,
  messageId: string,
  text: string,
};

export type ChatMessage = {
  messageId: string,
  role: ChatRole,
  text: string,
  /**
   * RFC 3339.
   */
  at: string,
  /**
   * What the answer consumed; null for questions.
   */
  receipt: Receipt | null,
};

export type ChatParams = {
  /**
   * Absent: a new conversation.
   */
  conversationId?: string,
  model?: string,
  message: string,
  context?: Array<ChatContext>,
};

export type ChatResult = {
  conversationId: string,
  messageId: string,
  /**
   * As the provider says it: `stop`, `length`, …
   */
  finishReason: string,
  receipt: Receipt,
};

export type ChatRole = "user" | "assistant";

export type ChatSettings = {
  model?: string | null,
  /**
   * Conversations older than this are deleted; 0 keeps none.
   */
  historyDays?: number | null,
};

/**
 * Every public error code. The table below is the only place that knows them.
 */
export type Code = "unauthorized" | "credential_revoked" | "forbidden" | "not_found" | "key_refused" | "sign_in_refused" | "step_up_required" | "link_refused" | "name_taken" | "day_impossible" | "usage_impossible" | "sums_disagree" | "machine_taken" | "last_owner" | "rate_limited" | "insufficient_credit" | "credit_held" | "invalid_request" | "model_unknown" | "model_unpriced" | "request_reused" | "idempotency_key_reused" | "upstream_unavailable" | "starting" | "draining" | "internal" | "not_signed_in" | "gateway_unreachable" | "insecure_url";

/**
 * What became of a suggestion, told by the editor.
 */
export type CompletionEvent = {
  itemId: string,
  event: CompletionOutcome,
  /**
   * UTF-16 units accepted so far, of a partial accept.
   */
  acceptedLength?: number,
};

export type CompletionOutcome = "shown" | "accepted" | "partiallyAccepted" | "rejected";

export type CompletionSettings = {
  enabled?: boolean | null,
  /**
   * Language id → on or off; `*` is the rest.
   */
  languages?: { [key in string]: boolean } | null,
  model?: string | null,
  debounceMs?: number | null,
  /**
   * Globs of files that are never read into a request, beside the built-in ones.
   */
  exclude?: Array<string> | null,
};

export type ConversationParams = {
  conversationId: string,
};

export type ConversationResult = {
  conversationId: string,
  messages: Array<ChatMessage>,
};

export type ConversationSummary = {
  conversationId: string,
  /**
   * The first question, shortened.
   */
  title: string,
  /**
   * RFC 3339.
   */
  updatedAt: string,
  messages: number,
};

export type ConversationsResult = {
  conversations: Array<ConversationSummary>,
};

/**
 * Where the device's credential is kept.
 */
export type CredentialStore = "keyring" | "editor" | "environment" | "file";

/**
 * Deletes one conversation, or all of them.
 */
export type DeleteConversationParams = {
  conversationId?: string | null,
  all?: boolean | null,
};

/**
 * One enrolled editor, CLI or tool.
 */
export type DeviceId = string;

/**
 * This device's standing at its gateway, as the editor sees it.
 */
export type EditorAccount = {
  gatewayUrl: string,
  credentialStore: CredentialStore,
  member: Member | null,
  deviceId: DeviceId,
  deviceName: string,
  balance: Balance,
  models: Array<string>,
};

/**
 * Parameters of a method that takes none.
 */
export type Empty = Record<symbol, never>;

/**
 * `initializationOptions`; every member is optional.
 */
export type InitializationOptions = {
  protocolVersion?: number | null,
  /**
   * The editor answers `tokenTracker/secret`.
   */
  secretStorage?: boolean | null,
  clientName?: string | null,
  clientVersion?: string | null,
};

export type InlineCompletionCommand = {
  title: string,
  command: string,
  arguments: unknown[],
};

/**
 * A suggestion, as `textDocument/inlineCompletion` answers it.
 */
export type InlineCompletionItem = {
  insertText: string,
  range: TextRange,
  id: string,
  command: InlineCompletionCommand,
};

export type InlineCompletionList = {
  items: Array<InlineCompletionItem>,
};

/**
 * One token key, which is also its lot and its ledger account.
 */
export type KeyId = string;

export type LotBalance = {
  id: KeyId,
  keyLast4: string,
  availableNanoUsd: Money,
  heldNanoUsd: Money,
  grantedNanoUsd: Money,
  expiresAt: string | null,
};

export type Member = {
  id: MemberId,
  name: string,
};

/**
 * A person known to the gateway.
 */
export type MemberId = string;

/**
 * A name that clients use, with what it can do and what it costs.
 */
export type Model = {
  id: string,
  capabilities: Array<Capability>,
  /**
   * Tokens that fit into one request, where known.
   */
  contextWindow: number | null,
  /**
   * Null for a model without a price, which the gateway refuses.
   */
  pricing: ModelPricing | null,
};

/**
 * Prices for one million tokens; all zero for a model that is declared free.
 */
export type ModelPricing = {
  inputNanoUsd: Money,
  outputNanoUsd: Money,
  cacheReadNanoUsd: Money,
  cacheWriteNanoUsd: Money,
};

export type ModelsResult = {
  models: Array<Model>,
};

/**
 * An amount in whole nano-USD (10⁻⁹ USD).
 *
 * No float ever touches a balance: amounts are parsed from decimal text, multiplied in `i128`
 * and rounded up once per request. On the wire an amount is a decimal *string*, because
 * JavaScript's numbers are floats.
 */
export type Money = string;

/**
 * What went wrong, for a person, with a code that programs can rely on.
 *
 * Never holds a secret, a path of this machine or a provider's words.
 */
export type Problem = {
  code: Code,
  /**
   * What happened.
   */
  message: string,
  /**
   * What to do next.
   */
  hint: string,
};

/**
 * What a settled request consumed and cost. It exists only once the settle is durable.
 */
export type Receipt = {
  requestId: RequestId,
  kind: RequestKind,
  model: string,
  usage: TokenUsage,
  costNanoUsd: Money,
  /**
   * The provider did not report usage; the counts are an upper estimate.
   */
  estimated: boolean,
  /**
   * The balance of all lots of the device, after this request.
   */
  balance: Balance,
  at: string,
};

export type RedeemParams = {
  gatewayUrl: string,
  key: string,
  deviceName?: string,
};

export type RedeemResult = {
  account: EditorAccount,
};

/**
 * One request through the gateway; made by the gateway, never by a client.
 */
export type RequestId = string;

/**
 * What a request was for.
 */
export type RequestKind = "completion" | "chat" | "embedding";

export type SecretOperation = "get" | "set" | "delete";

/**
 * A request to an editor that declared `secretStorage`: use your own secret store.
 */
export type SecretParams = {
  op: SecretOperation,
  name: string,
  value?: string,
};

/**
 * The answer to [`SecretParams`]; no `Debug`, since it carries a secret.
 */
export type SecretResult = {
  value?: string,
};

/**
 * The section `tokenTracker` of the editor's configuration; what is absent has its default.
 */
export type Settings = {
  gatewayUrl?: string | null,
  completion?: CompletionSettings | null,
  chat?: ChatSettings | null,
  /**
   * Path of a file with further CA certificates (PEM).
   */
  caFile?: string | null,
  /**
   * URL of an HTTP proxy; the environment's proxy when absent.
   */
  proxy?: string | null,
};

export type State = "signedOut" | "ready" | "working" | "offline" | "exhausted" | "revoked" | "error";

/**
 * Sent to the editor on every change.
 */
export type Status = {
  state: State,
  balance?: Balance,
  /**
   * Why the state is not `ready`, or why the last request said nothing.
   */
  problem?: Problem,
  credentialStore?: CredentialStore,
};

export type TextPosition = {
  line: number,
  character: number,
};

export type TextRange = {
  start: TextPosition,
  end: TextPosition,
};

/**
 * What one request consumed, in disjoint counts: their prices add up.
 *
 * `input_tokens` excludes cache reads and cache writes; `reasoning_tokens` is the part of
 * `output_tokens` that was spent on reasoning, so it is never added again.
 */
export type TokenUsage = {
  inputTokens: number,
  outputTokens: number,
  cacheReadTokens: number,
  cacheWriteTokens: number,
  reasoningTokens: number,
};

export type UsageGroup = "day" | "model" | "branch" | "repository" | "kind";

export type UsageParams = {
  /**
   * RFC 3339.
   */
  since?: string | null,
  /**
   * RFC 3339.
   */
  until?: string | null,
  /**
   * The IANA name of the zone whose days are counted; without one the machine's.
   */
  timeZone?: string | null,
  groupBy?: UsageGroup | null,
};

export type UsageResult = {
  rows: Array<UsageRow>,
  /**
   * The sum of all rows; its `key` is empty.
   */
  totals: UsageRow,
};

/**
 * One line of the device's own usage log, folded by a group.
 */
export type UsageRow = {
  key: string,
  requests: number,
  inputTokens: number,
  outputTokens: number,
  cacheReadTokens: number,
  cacheWriteTokens: number,
  costNanoUsd: Money,
  shown: number,
  accepted: number,
};
