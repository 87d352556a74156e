// The sidecar's own methods, typed from the protocol.
import type { CancellationToken } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import {
  method,
  type AccountResult,
  type BalanceParams,
  type BalanceResult,
  type ChatDelta,
  type ChatParams,
  type ChatResult,
  type CompletionEvent,
  type ConversationParams,
  type ConversationResult,
  type ConversationsResult,
  type DeleteConversationParams,
  type ModelsResult,
  type RedeemParams,
  type RedeemResult,
  type UsageParams,
  type UsageResult,
} from './generated/protocol';
import { TroubleError } from './problem';

/** Gives the language client that runs at this moment; it changes with every start of the sidecar. */
export type RunningClient = () => LanguageClient | null;

export class SidecarClient {
  private readonly deltas = new Set<(delta: ChatDelta) => void>();

  constructor(private readonly running: RunningClient) {}

  redeem(params: RedeemParams): Promise<RedeemResult> {
    return this.request(method.redeem, params);
  }
  async signOut(): Promise<void> {
    await this.request(method.signOut, {});
  }
  account(): Promise<AccountResult> {
    return this.request(method.account, {});
  }
  balance(params: BalanceParams): Promise<BalanceResult> {
    return this.request(method.balance, params);
  }
  usage(params: UsageParams): Promise<UsageResult> {
    return this.request(method.usage, params);
  }
  models(): Promise<ModelsResult> {
    return this.request(method.models, {});
  }
  chat(params: ChatParams, token: CancellationToken): Promise<ChatResult> {
    return this.request(method.chat, params, token);
  }
  conversations(): Promise<ConversationsResult> {
    return this.request(method.conversations, {});
  }
  conversation(params: ConversationParams): Promise<ConversationResult> {
    return this.request(method.conversation, params);
  }
  async deleteConversation(params: DeleteConversationParams): Promise<void> {
    await this.request(method.deleteConversation, params);
  }

  /** Accounting of suggestions is told, not asked: nobody waits for it. */
  completionEvent(event: CompletionEvent): void {
    void this.running()?.sendNotification(method.completionEvent, event);
  }

  onChatDelta(listener: (delta: ChatDelta) => void): { dispose: () => void } {
    this.deltas.add(listener);
    return { dispose: () => void this.deltas.delete(listener) };
  }

  chatDelta(delta: ChatDelta): void {
    for (const listener of this.deltas) listener(delta);
  }

  private request<Result>(name: string, params: unknown, token?: CancellationToken): Promise<Result> {
    const client = this.running();
    if (client === null) {
      throw new TroubleError({
        message: 'The sidecar is not running.',
        hint: 'Wait a moment and try again, or run Token Tracker: Show Log.',
      });
    }
    // An absent token would be counted as a second parameter, and both be sent as a list.
    return token === undefined
      ? client.sendRequest<Result>(name, params)
      : client.sendRequest<Result>(name, params, token);
  }
}
