// The status bar item as a function of the session: it draws and decides nothing.
import type { Balance, CredentialStore } from './generated/protocol';
import { balanceText, chargeText } from './figures';
import { isLow, type Session } from './session';

export type Drawn = {
  text: string;
  /** Read aloud, so without icons. */
  label: string;
  tooltip: string;
  background: 'warning' | 'error' | null;
};

type Face = { icon: string; text: string; says: string; background?: Drawn['background'] };

const MINUS = '\u2212';

/** The icon, the words and the sentence of each state. */
function face(session: Session): Face {
  const left = session.balance?.display ?? '';
  const trouble = session.trouble?.message ?? '';
  switch (session.phase) {
    case 'starting':
      return { icon: 'loading~spin', text: left || 'Token Tracker', says: 'Token Tracker is starting.' };
    case 'stopped':
      return {
        icon: 'warning',
        text: left || 'Token Tracker',
        says: trouble || 'The sidecar is not running.',
        background: 'warning',
      };
    case 'signedOut':
      return { icon: 'key', text: 'Redeem a key', says: 'No device of a gateway yet: redeem a token key.' };
    case 'revoked':
      return {
        icon: 'circle-slash',
        text: 'Device revoked',
        says: trouble || 'This device was revoked.',
        background: 'error',
      };
    case 'exhausted':
      return { icon: 'circle-slash', text: 'Used up', says: trouble || 'The credit is used up.', background: 'error' };
    case 'offline':
      return {
        icon: 'debug-disconnect',
        text: [left, ageText(session)].filter(Boolean).join(' ') || 'Offline',
        says: trouble || 'The gateway is out of reach.',
      };
    case 'error':
      return {
        icon: 'warning',
        text: left || 'Token Tracker',
        says: trouble || 'The last request failed.',
        background: 'warning',
      };
    case 'working':
      return { icon: 'loading~spin', text: left, says: `${left} left; a request is running.` };
    case 'ready':
      return ready(session, left);
  }
}

function ready(session: Session, left: string): Face {
  const paused = session.completionsEnabled ? '' : ' completions off';
  const low = session.balance !== null && isLow(session.balance);
  const charge = session.lastCharge === null ? '' : ` ${MINUS}${chargeText(session.lastCharge.costNanoUsd)}`;
  return {
    icon: session.completionsEnabled ? 'book' : 'debug-pause',
    text: low ? `${left} left${charge}` : `${left}${charge}${paused}`,
    says: session.trouble?.message ?? `${left} left.`,
    background: low ? 'warning' : null,
  };
}

function ageText(session: Session): string {
  if (session.balanceAt === null) return '';
  return `as of ${session.balanceAt.toTimeString().slice(0, 5)}`;
}

export function drawn(session: Session): Drawn {
  const { icon, text, says, background } = face(session);
  return {
    text: `$(${icon}) ${text}`.trimEnd(),
    label: ['Token Tracker', text, says].filter(Boolean).join(', '),
    tooltip: tooltip(session, says),
    background: background ?? null,
  };
}

/** Markdown: what is so, what is left, and what to do next. */
function tooltip(session: Session, says: string): string {
  const lines = ['**Token Tracker**'];
  // The line of the balance says the rest when all is well.
  if (session.phase !== 'ready' || session.trouble !== null) lines.push(escaped(says));
  if (session.trouble !== null) lines.push(`_${escaped(session.trouble.hint)}_`);
  if (session.balance !== null) lines.push(...balanceLines(session.balance));
  if (session.account !== null) lines.push(`Device ${escaped(session.account.deviceName)} at ${hostOf(session)}`);
  lines.push(nextStep(session));
  return lines.join('\n\n');
}

function balanceLines(balance: Balance): string[] {
  return [
    `${balance.display} left, ${chargeText(balance.heldNanoUsd)} held, ` +
      `${chargeText(balance.spentNanoUsd)} spent of ${balanceText(balance.grantedNanoUsd)}`,
  ];
}

function nextStep(session: Session): string {
  switch (session.phase) {
    case 'signedOut':
    case 'revoked':
      return 'Click to redeem a token key.';
    default:
      return 'Click for the menu.';
  }
}

export function hostOf(session: Session): string {
  return session.account === null ? '' : new URL(session.account.gatewayUrl).host;
}

export function storeText(store: CredentialStore): string {
  const places: Record<CredentialStore, string> = {
    keyring: 'credential in the system keyring',
    editor: "credential in the editor's secret storage",
    environment: 'credential from the environment',
    file: 'credential in a file that you named',
  };
  return places[store];
}

/** Words of a server are text here, never markup. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-!|<>~$]/g, '\\$&');
}
