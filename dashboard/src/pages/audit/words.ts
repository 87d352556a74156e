import type { AuditEntry } from '../../api/people.ts';

/** What was done, as the middle of a sentence: who did this to that. */
const DONE: Record<string, string> = {
  'alerts.let-go': 'deleted alerts for their age',
  'allowance.end': 'ended the allowance of',
  'allowance.set': 'set the allowance of',
  'configuration.reload': 'read the configuration again',
  'credit.allocate': 'moved credit from',
  'credit.grant': 'gave credit to',
  'credit.reclaim': 'took credit back from',
  'device.enrol': 'enrolled',
  'device.rename': 'renamed',
  'device.revoke': 'revoked',
  'invitation.accept': 'accepted',
  'invitation.create': 'made',
  'invitation.revoke': 'withdrew',
  'key.assign': 'assigned',
  'key.claim': 'redeemed',
  'key.mint': 'minted',
  'key.revoke': 'revoked',
  'link.approve': 'let in',
  'link.ask': 'asked to be linked',
  'link.deny': 'turned away',
  'member.change': 'changed',
  'member.link': 'made a sign-in link for',
  'member.remove': 'removed',
  'orphan.refund': 'refunded',
  'owner.create': 'became the owner',
  'owner.link': 'printed the owner’s link',
  'owner.transfer': 'handed ownership over to',
  'password.set': 'set a password',
  'preferences.set': 'set the preferred models of',
  'session.end': 'signed out',
  'session.start': 'signed in',
  'session.step_up': 'confirmed who they are',
  'settings.set': 'changed the settings of the gateway',
  'token.create': 'made',
  'token.revoke': 'revoked',
  'upstream.add': 'added',
  'upstream.remove': 'removed',
  'upstream.secret': 'replaced the key of',
  'usage.let-go': 'deleted usage rows for their age',
};

/** An action that has no words yet is shown as it is written. */
export const doneOf = (action: string): string => DONE[action] ?? action;

const KINDS: Record<string, string> = {
  machine: 'the owner, on the gateway’s machine',
  nobody: 'somebody unknown',
  gateway: 'the gateway',
};

export const actorOf = ({ actor }: AuditEntry): string =>
  actor.name ?? KINDS[actor.kind] ?? `${actor.kind} ${actor.id?.slice(0, 8) ?? ''}`;

/** Each member that changed: what it was, and what it is. */
export function changesOf({ before, after }: AuditEntry): string[] {
  const was = asObject(before);
  const is = asObject(after);
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names
    .filter((name) => JSON.stringify(was[name]) !== JSON.stringify(is[name]))
    .map((name) => `${name}: ${name in was ? `${text(was[name])} → ` : ''}${name in is ? text(is[name]) : 'gone'}`);
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
