// The turns of the conversation on the screen. It lives with the host, so that a view that was hidden comes back whole.
import type { ChatDelta, ChatMessage, ChatResult, Receipt } from '../generated/protocol';
import type { Trouble } from '../session';
import type { Answer, Turn } from './messages';

export class Transcript {
  private items: Turn[] = [];
  private id: string | null = null;
  private messageId: string | null = null;
  private askedAt = 0;
  private early: Receipt | null = null;

  get turns(): Turn[] {
    return this.items;
  }

  /** Null until the sidecar has named the conversation. */
  get conversationId(): string | null {
    return this.id;
  }

  get isStreaming(): boolean {
    return this.answer?.state === 'streaming';
  }

  get answer(): Answer | null {
    const last = this.items.at(-1);
    return last?.role === 'assistant' ? last : null;
  }

  clear(): void {
    this.items = [];
    this.id = null;
    this.messageId = null;
  }

  load(conversationId: string, messages: ChatMessage[]): void {
    this.clear();
    this.id = conversationId;
    this.items = messages.map(turnOf);
  }

  ask(text: string, context: string | null, now: number): void {
    this.askedAt = now;
    this.early = null;
    this.messageId = null;
    const answer: Answer = {
      role: 'assistant',
      text: '',
      state: 'streaming',
      finishReason: null,
      receipt: null,
      durationMs: null,
      trouble: null,
    };
    this.items = [...this.items, { role: 'user', text, context }, answer];
  }

  /** Takes a piece of the running answer; false for one that belongs to an answer that was left. */
  delta({ conversationId, messageId, text }: ChatDelta): boolean {
    if (!this.isStreaming || this.answer === null) return false;
    if (this.id !== null && this.id !== conversationId) return false;
    if (this.messageId !== null && this.messageId !== messageId) return false;
    this.id = conversationId;
    this.messageId = messageId;
    this.answer.text += text;
    return true;
  }

  answered(result: ChatResult, now: number): void {
    if (this.answer === null) return;
    this.id = result.conversationId;
    this.end('done', now);
    this.answer.finishReason = result.finishReason;
    this.answer.receipt = result.receipt;
  }

  stopped(now: number): void {
    this.end('stopped', now);
  }

  failed(trouble: Trouble, now: number): void {
    this.end('failed', now);
    if (this.answer !== null) this.answer.trouble = trouble;
  }

  /**
   * A whole answer brings its own receipt with its end. One that was stopped takes the receipt that follows,
   * one that broke the receipt that came before. True when something on the screen changed.
   */
  charged(receipt: Receipt): boolean {
    const { answer } = this;
    if (answer?.state === 'streaming') this.early = receipt;
    if (answer === null || answer.state === 'streaming' || answer.receipt !== null) return false;
    answer.receipt = receipt;
    return true;
  }

  private end(state: Answer['state'], now: number): void {
    if (this.answer === null) return;
    this.answer.state = state;
    if (state !== 'done') this.answer.receipt ??= this.early;
    this.answer.durationMs = now - this.askedAt;
  }
}

function turnOf({ role, text, receipt }: ChatMessage): Turn {
  if (role === 'user') return { role, text, context: null };
  return { role, text, state: 'done', finishReason: null, receipt, durationMs: null, trouble: null };
}
