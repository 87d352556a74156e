// What the chat's host and its view say to each other; shared by both bundles.
import type { ConversationSummary, Receipt } from '../generated/protocol';
import type { Phase, Trouble } from '../session';

export type Question = { role: 'user'; text: string; context: string | null };

export type AnswerState = 'streaming' | 'done' | 'stopped' | 'failed';

export type Answer = {
  role: 'assistant';
  text: string;
  state: AnswerState;
  /** As the provider says it; null until it is known. */
  finishReason: string | null;
  receipt: Receipt | null;
  durationMs: number | null;
  trouble: Trouble | null;
};

export type Turn = Question | Answer;

export type ModelChoice = { id: string; price: string };

export type ViewState = {
  phase: Phase;
  signedIn: boolean;
  balance: string | null;
  trouble: Trouble | null;
  models: ModelChoice[];
  model: string | null;
  /** The file or selection that would go with a question. */
  context: string | null;
};

export type ToView =
  | { type: 'state'; state: ViewState }
  | { type: 'turns'; turns: Turn[] }
  | { type: 'delta'; text: string }
  /** The last turn, as it is now. */
  | { type: 'answer'; answer: Answer }
  | { type: 'history'; conversations: ConversationSummary[] }
  | { type: 'focus' };

export type FromView =
  | { type: 'ready' }
  /** The model as the view shows it; null where it shows none. */
  | { type: 'send'; message: string; model: string | null; withContext: boolean }
  | { type: 'stop' }
  | { type: 'newChat' }
  | { type: 'showHistory' }
  | { type: 'openConversation'; conversationId: string }
  | { type: 'deleteConversation'; conversationId: string }
  | { type: 'deleteAll' }
  | { type: 'chooseModel'; model: string }
  | { type: 'copy'; text: string }
  | { type: 'insert'; text: string }
  | { type: 'redeem' };
