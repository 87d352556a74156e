// What this window knows of its standing: the one state that status bar, menu and chat are drawn from.
import type {
  Balance,
  CompletionSettings,
  CredentialStore,
  EditorAccount,
  Problem,
  Receipt,
  Status,
} from './generated/protocol';

/** `starting` and `stopped` are about the sidecar's process; the rest is what it says itself. */
export type Phase = Status['state'] | 'starting' | 'stopped';

/** A problem that arose on this side of the sidecar has no public code. */
export type Trouble = Pick<Problem, 'message' | 'hint'> & { code?: Problem['code'] };

export type Session = {
  phase: Phase;
  account: EditorAccount | null;
  balance: Balance | null;
  /** When the balance was last known to be true. */
  balanceAt: Date | null;
  trouble: Trouble | null;
  credentialStore: CredentialStore | null;
  /** The newest charge of an answer, as long as it is to be shown. */
  lastCharge: Receipt | null;
  completionsEnabled: NonNullable<CompletionSettings['enabled']>;
};

export const firstSession: Session = {
  phase: 'starting',
  account: null,
  balance: null,
  balanceAt: null,
  trouble: null,
  credentialStore: null,
  lastCharge: null,
  completionsEnabled: true,
};

/** A device that was revoked is not signed in, though its balance may still be on the screen. */
export function isSignedIn(session: Session): boolean {
  return session.phase === 'signedOut' || session.phase === 'revoked'
    ? false
    : session.account !== null || session.balance !== null;
}

export function withStatus(session: Session, status: Status, now: Date): Session {
  const signedOut = status.state === 'signedOut';
  return {
    ...session,
    phase: status.state,
    account: signedOut ? null : session.account,
    balance: signedOut ? null : (status.balance ?? session.balance),
    balanceAt: signedOut ? null : status.state !== 'offline' && status.balance ? now : session.balanceAt,
    trouble: status.problem ?? null,
    credentialStore: signedOut ? null : (status.credentialStore ?? session.credentialStore),
    lastCharge: signedOut ? null : session.lastCharge,
  };
}

export function withAccount(session: Session, account: EditorAccount | null, now: Date): Session {
  if (account === null) return { ...session, account, balance: null, balanceAt: null };
  return { ...session, account, balance: account.balance, balanceAt: now, credentialStore: account.credentialStore };
}

export function withReceipt(session: Session, receipt: Receipt, now: Date): Session {
  // Completions come with every few keys: their charges would make the item jump while one types.
  const isShown = receipt.kind === 'chat' && BigInt(receipt.costNanoUsd) > 0n;
  const lastCharge = isShown ? receipt : session.lastCharge;
  // A balance heard on another connection may be newer than the receipt's.
  const isNews =
    session.balance === null || BigInt(receipt.balance.spentNanoUsd) >= BigInt(session.balance.spentNanoUsd);
  return isNews ? { ...session, balance: receipt.balance, balanceAt: now, lastCharge } : { ...session, lastCharge };
}

/** Below a tenth of what was granted. */
export function isLow(balance: Balance): boolean {
  const granted = BigInt(balance.grantedNanoUsd);
  return granted > 0n && BigInt(balance.availableNanoUsd) * 10n < granted;
}
