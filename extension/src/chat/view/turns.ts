// The conversation: questions, answers as they stream in, and under each answer what it cost.
import { chargeText, durationText, exactText, tokenText } from '../../figures';
import type { Receipt } from '../../generated/protocol';
import type { Answer, Question, Turn } from '../messages';
import { withCodeHeads, type CodeActions } from './code-block';
import { element, icon, iconButton } from './dom';
import { renderMarkdown } from './markdown';

export type TurnActions = CodeActions & { redeem: () => void };

/** An answer is drawn again at most this often while it streams. */
const REDRAW_MS = 50;

export class Turns {
  readonly element = element('div', {
    class: 'log',
    role: 'log',
    'aria-live': 'off',
    'aria-label': 'Conversation',
    tabindex: '0',
  });
  private live: { answer: Answer; body: HTMLElement } | null = null;
  private redraw: number | undefined;

  constructor(
    private readonly actions: TurnActions,
    private readonly announce: (text: string) => void,
  ) {}

  get isStreaming(): boolean {
    return this.live?.answer.state === 'streaming';
  }

  show(turns: Turn[]): void {
    this.live = null;
    this.element.replaceChildren(...turns.map((turn) => this.turn(turn)));
  }

  /** The newest turn, once the conversation is on the page. */
  scrollToEnd(): void {
    this.element.scrollTop = this.element.scrollHeight;
  }

  delta(text: string): void {
    if (this.live === null) return;
    this.live.answer.text += text;
    this.redraw ??= window.setTimeout(() => {
      this.redraw = undefined;
      this.draw();
    }, REDRAW_MS);
  }

  /** The last answer as the host has it. */
  answer(answer: Answer): void {
    if (this.live === null) return;
    const ended = this.live.answer.state === 'streaming' && answer.state !== 'streaming';
    this.live.answer = answer;
    this.draw();
    if (ended) this.announce(endSentence(answer));
  }

  private turn(turn: Turn): HTMLElement {
    if (turn.role === 'user') return question(turn);
    const body = element('article', { class: 'turn answer', 'aria-label': 'Answer' });
    this.live = { answer: turn, body };
    this.fill(turn, body);
    return body;
  }

  private draw(): void {
    if (this.live === null) return;
    const log = this.element;
    const follows = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    this.fill(this.live.answer, this.live.body);
    if (follows) this.scrollToEnd();
  }

  private fill(answer: Answer, body: HTMLElement): void {
    body.setAttribute('aria-busy', String(answer.state === 'streaming'));
    body.replaceChildren(
      withCodeHeads(renderMarkdown(answer.text), this.actions),
      ...this.notes(answer),
      ...(answer.receipt === null ? [] : [this.slip(answer, answer.receipt)]),
    );
  }

  private notes(answer: Answer): HTMLElement[] {
    if (answer.state === 'streaming') {
      return answer.text === '' ? [element('p', { class: 'dim waiting' }, 'Waiting for the first word')] : [];
    }
    if (answer.state === 'stopped') {
      const charged = answer.receipt === null ? '' : ' Charged for what arrived.';
      return [element('p', { class: 'dim note' }, icon('stop'), `Stopped by you.${charged}`)];
    }
    if (answer.state === 'failed') return [this.failure(answer)];
    if (answer.finishReason === 'length') {
      return [element('p', { class: 'dim note' }, 'Cut at the length limit of the answer.')];
    }
    return [];
  }

  private failure({ trouble, text }: Answer): HTMLElement {
    const begun = text === '' ? '' : ' What arrived is kept.';
    const words = element(
      'div',
      {},
      element('b', {}, trouble?.message ?? 'The answer broke off.'),
      ` ${trouble?.hint ?? ''}${begun}`,
    );
    const noCredit = trouble?.code === 'insufficient_credit' || trouble?.code === 'not_signed_in';
    if (noCredit) {
      words.append(element('button', { type: 'button', class: 'primary', click: this.actions.redeem }, 'Redeem a key'));
    }
    return element('div', { class: 'vnote', role: 'alert' }, icon('warning'), words);
  }

  private slip(answer: Answer, receipt: Receipt): HTMLElement {
    const cost = element('b', {}, chargeText(receipt.costNanoUsd));
    const copy = iconButton('copy', 'Copy answer', () => this.actions.copy(answer.text));
    return element(
      'footer',
      {
        class: 'slip',
        'aria-label': 'Receipt',
        title: `${exactText(receipt.costNanoUsd)} exactly, request ${receipt.requestId}`,
      },
      cost,
      element('span', { class: 'facts' }, facts(answer, receipt)),
      copy,
    );
  }
}

function question({ text, context }: Question): HTMLElement {
  const chip =
    context === null
      ? null
      : element('div', { class: 'chips' }, element('span', { class: 'chip' }, icon('file'), context));
  return element(
    'article',
    { class: 'turn question', 'aria-label': 'Question' },
    chip,
    element('div', { class: 'asked' }, text),
  );
}

function facts({ durationMs }: Answer, { usage, model, estimated }: Receipt): string {
  const cached = usage.cacheReadTokens > 0 ? `, ${tokenText(usage.cacheReadTokens)} more from cache` : '';
  return [
    `${tokenText(usage.inputTokens)} in${cached}`,
    `${tokenText(usage.outputTokens)} out`,
    model,
    ...(durationMs === null ? [] : [durationText(durationMs)]),
    ...(estimated ? ['tokens estimated'] : []),
  ].join(' \u00b7 ');
}

function endSentence(answer: Answer): string {
  if (answer.state === 'failed') return `The answer failed. ${answer.trouble?.message ?? ''}`;
  const cost = answer.receipt === null ? '' : ` It cost ${chargeText(answer.receipt.costNanoUsd)}.`;
  return `${answer.state === 'stopped' ? 'Stopped.' : 'Answered.'}${cost}`;
}
