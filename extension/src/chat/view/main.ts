// The chat's page: draws what the host says, tells the host what the person does.
import type { FromView, ToView, Turn, ViewState } from '../messages';
import './chat.css';
import { Composer } from './composer';
import { element } from './dom';
import { empty, notice } from './empty';
import { history } from './history';
import { Turns } from './turns';

declare function acquireVsCodeApi(): { postMessage: (message: FromView) => void };

const host = acquireVsCodeApi();
const send = (message: FromView) => host.postMessage(message);
const redeem = () => send({ type: 'redeem' });

const spoken = element('div', { class: 'spoken', role: 'status', 'aria-live': 'polite' });
const turns = new Turns(
  {
    copy: (text) => send({ type: 'copy', text }),
    insert: (text) => send({ type: 'insert', text }),
    redeem,
  },
  (text) => (spoken.textContent = text),
);
const composer = new Composer({
  send: (message, model, withContext) => send({ type: 'send', message, model, withContext }),
  stop: () => send({ type: 'stop' }),
  chooseModel: (model) => send({ type: 'chooseModel', model }),
});
const main = element('main', {});
const notices = element('div', { class: 'notices' });
const page = element('div', { class: 'chat' }, main, notices, composer.element, spoken);
document.getElementById('chat')?.append(page);

let state: ViewState | null = null;
let shown: Turn[] = [];

function drawMain(): void {
  if (state === null) return;
  const blank = shown.length === 0;
  main.replaceChildren(blank ? empty(state, { redeem, suggest: (text) => composer.suggest(text) }) : turns.element);
}

function drawNotice(): void {
  const made = state === null || isSaidAbove(state) ? null : notice(state, redeem);
  notices.replaceChildren(...(made === null ? [] : [made]));
}

/** An empty chat tells why nobody is signed in; an answer that failed tells its own reason. */
function isSaidAbove({ signedIn, trouble }: ViewState): boolean {
  const last = shown.at(-1);
  if (last === undefined) return !signedIn;
  return last.role === 'assistant' && last.trouble !== null && last.trouble.message === trouble?.message;
}

function drawHistory(message: Extract<ToView, { type: 'history' }>): void {
  const made = history(message.conversations, {
    open: (conversationId) => send({ type: 'openConversation', conversationId }),
    delete: (conversationId) => send({ type: 'deleteConversation', conversationId }),
    deleteAll: () => send({ type: 'deleteAll' }),
    close: () => drawMain(),
  });
  main.replaceChildren(made);
  made.querySelector('h2')?.focus();
}

function received(message: ToView): void {
  switch (message.type) {
    case 'state': {
      const before = state;
      state = message.state;
      composer.show(state);
      composer.element.hidden = !state.signedIn;
      drawNotice();
      // The history, a running answer and a selection in it stay where they are.
      if (before === null || (shown.length === 0 && main.querySelector('.history') === null)) drawMain();
      return;
    }
    case 'turns':
      shown = message.turns;
      turns.show(shown);
      drawMain();
      turns.scrollToEnd();
      drawNotice();
      return composer.setStreaming(turns.isStreaming);
    case 'delta':
      return turns.delta(message.text);
    case 'answer':
      shown.splice(-1, 1, message.answer);
      turns.answer(message.answer);
      drawNotice();
      return composer.setStreaming(turns.isStreaming);
    case 'history':
      return drawHistory(message);
    case 'focus':
      return composer.focus();
  }
}

window.addEventListener('message', (event: MessageEvent<ToView>) => received(event.data));
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && turns.isStreaming) send({ type: 'stop' });
});
send({ type: 'ready' });
