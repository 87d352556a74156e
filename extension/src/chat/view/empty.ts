// What stands in the chat before anything was asked, and why nothing can be asked yet.
import type { ViewState } from '../messages';
import { element, icon } from './dom';

export type EmptyActions = { redeem: () => void; suggest: (text: string) => void };

export function empty(state: ViewState, actions: EmptyActions): HTMLElement {
  if (!state.signedIn) return signedOut(state, actions);
  const about =
    state.context === null ? 'Open a file to ask about it.' : `${state.context} goes along unless you leave it out.`;
  return element(
    'section',
    { class: 'empty' },
    element('p', {}, `Ask about your code. ${about} What an answer cost stands under it.`),
    element(
      'div',
      { class: 'row' },
      ...(state.context === null ? [] : ['Explain this file', 'Write a test for this']).map((text) =>
        element('button', { type: 'button', class: 'secondary', click: () => actions.suggest(text) }, text),
      ),
    ),
  );
}

function signedOut(state: ViewState, actions: EmptyActions): HTMLElement {
  if (state.phase === 'starting')
    return element('section', { class: 'empty' }, element('p', { class: 'dim' }, 'Starting'));
  const heading = state.phase === 'revoked' ? 'This device was revoked' : 'Redeem a token key to begin';
  const words =
    state.trouble === null || state.trouble.code === 'not_signed_in'
      ? 'A key carries credit and a set of models. You need no account at any provider.'
      : `${state.trouble.message} ${state.trouble.hint}`;
  return element(
    'section',
    { class: 'empty' },
    element('h2', {}, heading),
    element('p', {}, words),
    element(
      'div',
      { class: 'row' },
      element('button', { type: 'button', class: 'primary', click: actions.redeem }, 'Redeem Token Key'),
    ),
  );
}

/** Phases that ask for a person, and whether another key is the remedy. */
const noticed: Partial<Record<ViewState['phase'], { redeem: boolean }>> = {
  exhausted: { redeem: true },
  revoked: { redeem: true },
  signedOut: { redeem: true },
  offline: { redeem: false },
  error: { redeem: false },
  stopped: { redeem: false },
};

/** What is in the way, in the place where the next question would be written. */
export function notice({ phase, trouble }: ViewState, redeem: () => void): HTMLElement | null {
  const kind = noticed[phase];
  if (kind === undefined) return null;
  const words = element('div', {}, element('b', {}, trouble?.message ?? 'Signed out.'), ` ${trouble?.hint ?? ''}`);
  if (kind.redeem) {
    words.append(element('button', { type: 'button', class: 'primary', click: redeem }, 'Redeem a key'));
  }
  const grave = phase === 'exhausted' || phase === 'revoked';
  return element('div', { class: grave ? 'vnote' : 'vnote warn', role: 'status' }, icon('warning'), words);
}
