import type { Schemas } from '../../api/client.ts';
import { csv } from '../../format/csv.ts';
import { moneyExact } from '../../format/money.ts';

type Minted = Schemas['MintResponse'];
type Key = Schemas['MintedKey'];

/** The code is behind the #, so that no server and no log sees it. */
export const linkOf = (minted: Minted, key: Key): string => `${minted.gatewayUrl}/redeem#${key.key}`;

export function csvOf(minted: Minted): string {
  const head = ['key', 'link', 'credit_usd', 'models', 'devices', 'expires_at'];
  const rows = minted.keys.map((key) => [
    key.key,
    linkOf(minted, key),
    moneyExact(key.creditNanoUsd).replace(/[^\d.]/g, ''),
    key.models?.join(' ') ?? 'all',
    key.devices.toString(),
    key.expiresAt ?? '',
  ]);
  return csv([head, ...rows]);
}
