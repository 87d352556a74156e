import type { Schemas } from '../../api/client.ts';
import { ago, date } from '../../format/time.ts';
import type { Tone } from '../../ui/state.tsx';

type Key = Schemas['KeySummary'];

const DAY = 86_400_000;

/** What a key's row says of its state. */
export function standingOf(key: Key, now = new Date()): { tone: Tone; words: string; ended: boolean } {
  switch (key.state) {
    case 'unredeemed':
      return { tone: 'off', words: 'Not redeemed', ended: false };
    case 'exhausted':
      return { tone: 'bad', words: 'Exhausted', ended: false };
    case 'expired':
      return { tone: 'off', words: 'Expired', ended: true };
    case 'revoked':
      return { tone: 'off', words: 'Revoked', ended: true };
    case 'active':
      return soon(key, now) ?? { tone: 'ok', words: 'Active', ended: false };
  }
}

function soon(key: Key, now: Date) {
  if (!key.expiresAt) return undefined;
  const ahead = new Date(key.expiresAt).getTime() - now.getTime();
  if (ahead > 3 * DAY) return undefined;
  const words = ahead < DAY ? 'Expires today' : ahead < 2 * DAY ? 'Expires tomorrow' : 'Expires in 2 days';
  return { tone: 'warn' as const, words, ended: false };
}

export const isClosed = (key: Key): boolean => key.state === 'expired' || key.state === 'revoked';

/** What a key is called where it has no label. */
export const nameOf = (key: Pick<Key, 'label' | 'last4'>): string => key.label ?? `Key …${key.last4}`;

/** Search in what a row shows. */
export function matches(key: Key, text: string): boolean {
  const all = `${key.label ?? ''} ${key.last4} ${standingOf(key).words} ${(key.models ?? []).join(' ')}`.toLowerCase();
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

export const madeOn = (key: Key): string => `made ${ago(new Date(key.createdAt))}`;
export const endsOn = (key: Key): string => (key.expiresAt ? date(new Date(key.expiresAt)) : 'never');
