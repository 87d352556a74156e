// The kept conversations: open one, delete one, delete all.
import type { ConversationSummary } from '../../generated/protocol';
import { element, icon, iconButton } from './dom';

export type HistoryActions = {
  open: (conversationId: string) => void;
  delete: (conversationId: string) => void;
  deleteAll: () => void;
  close: () => void;
};

const DAY_MS = 86_400_000;

export function history(conversations: ConversationSummary[], actions: HistoryActions): HTMLElement {
  const head = element(
    'header',
    {},
    iconButton('back', 'Back to the chat', actions.close),
    element('h2', { tabindex: '-1' }, 'Earlier chats'),
  );
  if (conversations.length === 0) {
    const words = 'No earlier chats. Each chat is kept on this machine only, for as long as the settings say.';
    return element(
      'section',
      { class: 'history', 'aria-label': 'Earlier chats' },
      head,
      element('p', { class: 'dim' }, words),
    );
  }
  const rows = conversations.map((conversation) => row(conversation, actions));
  return element(
    'section',
    { class: 'history', 'aria-label': 'Earlier chats' },
    head,
    element('ul', {}, ...rows),
    deleteAll(actions),
  );
}

function row(
  { conversationId, title, updatedAt, messages }: ConversationSummary,
  actions: HistoryActions,
): HTMLElement {
  const open = element(
    'button',
    { type: 'button', class: 'open', click: () => actions.open(conversationId) },
    element('span', { class: 'title' }, title),
    element('span', { class: 'dim' }, `${whenText(new Date(updatedAt), new Date())} \u00b7 ${messages} messages`),
  );
  return element(
    'li',
    {},
    open,
    iconButton('trash', `Delete ${title}`, () => actions.delete(conversationId)),
  );
}

/** Asks once more in its own place: what is deleted does not come back. */
function deleteAll(actions: HistoryActions): HTMLElement {
  const button = element('button', { type: 'button', class: 'secondary' }, icon('trash'), 'Delete all');
  let asked = false;
  button.addEventListener('click', () => {
    if (asked) {
      actions.deleteAll();
      return;
    }
    asked = true;
    button.replaceChildren(icon('trash'), 'Really delete all? They do not come back.');
  });
  button.addEventListener('blur', () => {
    asked = false;
    button.replaceChildren(icon('trash'), 'Delete all');
  });
  return button;
}

/** Relative up to seven days, then the date. */
export function whenText(at: Date, now: Date): string {
  const ageMs = now.getTime() - at.getTime();
  const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  if (ageMs < 60_000) return 'just now';
  if (ageMs < 3_600_000) return relative.format(-Math.floor(ageMs / 60_000), 'minute');
  if (ageMs < DAY_MS) return relative.format(-Math.floor(ageMs / 3_600_000), 'hour');
  if (ageMs < 7 * DAY_MS) return relative.format(-Math.floor(ageMs / DAY_MS), 'day');
  return at.toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' });
}
