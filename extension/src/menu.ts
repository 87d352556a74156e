// The menu of the status bar item as a function of the session.
import { balanceText } from './figures';
import { isSignedIn, type Session } from './session';
import { hostOf, storeText } from './status-bar';

export type MenuEntry =
  { separator: string } | { label: string; description?: string; detail?: string; command: string | null };

/** The first entry always answers why nothing happens, or says that all is well. */
export function menu(session: Session): MenuEntry[] {
  return isSignedIn(session)
    ? [reason(session), ...lots(session), ...here(session), ...device(session)]
    : [reason(session), redeem('Redeem a token key'), ...always];
}

function reason(session: Session): MenuEntry {
  const { trouble } = session;
  const detail = trouble === null ? calm(session) : `${trouble.message} ${trouble.hint}`;
  return { label: '$(info) Why is nothing happening?', detail, command: remedy(session) };
}

/** What choosing the reason does about it. */
function remedy({ phase, trouble, completionsEnabled }: Session): string | null {
  if (phase === 'exhausted' || phase === 'revoked' || phase === 'signedOut') return 'tokenTracker.redeem';
  if (phase === 'ready' && !completionsEnabled) return 'tokenTracker.toggleCompletions';
  return trouble === null ? null : 'tokenTracker.showLog';
}

function calm(session: Session): string {
  if (!session.completionsEnabled) return 'Completions are switched off. Chat works.';
  switch (session.phase) {
    case 'starting':
      return 'The sidecar is starting.';
    case 'stopped':
      return 'The sidecar is not running. The log says more.';
    case 'signedOut':
      return 'This editor is no device of a gateway yet.';
    case 'revoked':
      return 'This device was revoked. Its owner can tell you more; another key signs you in again.';
    case 'exhausted':
      return 'The credit is used up. Redeem another key, or ask its owner for more.';
    case 'offline':
      return 'The gateway is out of reach. It is tried again by itself.';
    case 'error':
      return 'The last request failed. The log says more.';
    case 'ready':
    case 'working':
      return 'All is well. .env files, keys and certificates are never sent.';
  }
}

function lots(session: Session): MenuEntry[] {
  const entries = (session.balance?.lots ?? []).map((lot) => ({
    label: `$(key) Key \u2026${lot.keyLast4}`,
    description: `${balanceText(lot.availableNanoUsd)} of ${balanceText(lot.grantedNanoUsd)}${until(lot.expiresAt)}`,
    command: 'tokenTracker.showBalance',
  }));
  return [{ separator: 'balance' }, ...entries, redeem('Redeem another key')];
}

function until(expiresAt: string | null): string {
  return expiresAt === null ? '' : `, until ${expiresAt.slice(0, 10)}`;
}

function here(session: Session): MenuEntry[] {
  const toggle = session.completionsEnabled ? '$(debug-pause) Switch completions off' : '$(play) Switch completions on';
  return [
    { separator: 'here and now' },
    { label: '$(comment-discussion) Open chat', command: 'tokenTracker.openChat' },
    { label: toggle, command: 'tokenTracker.toggleCompletions' },
    { label: '$(symbol-method) Choose the model for completions', command: 'tokenTracker.chooseCompletionModel' },
  ];
}

function device(session: Session): MenuEntry[] {
  const where = session.credentialStore === null ? '' : storeText(session.credentialStore);
  return [
    { separator: 'this device' },
    {
      label: `$(device-desktop) ${session.account?.deviceName ?? 'This device'}`,
      description: [hostOf(session), where].filter(Boolean).join(', '),
      command: null,
    },
    { label: '$(graph) Show usage', command: 'tokenTracker.showUsage' },
    { label: '$(link-external) Open the dashboard', command: 'tokenTracker.openDashboard' },
    ...always,
    { label: '$(sign-out) Sign out', command: 'tokenTracker.signOut' },
  ];
}

function redeem(label: string): MenuEntry {
  return { label: `$(add) ${label}`, command: 'tokenTracker.redeem' };
}

const always: MenuEntry[] = [{ label: '$(output) Show the log', command: 'tokenTracker.showLog' }];
