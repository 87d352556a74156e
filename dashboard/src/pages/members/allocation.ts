/** What the dialog of an allocation asks for, and the calls that carry it out. */
import { answer, api, once, type Schemas } from '../../api/client.ts';
import type { MemberSummary, Team } from '../../api/people.ts';
import { isClosed } from '../keys/standing.ts';

type Key = Schemas['KeySummary'];
type Minted = Schemas['MintResponse'];

/** Where the credit comes from: the house, or a lot that has some. */
export type Source = { lot: undefined; name: string } | { lot: string; name: string; left: bigint };

/** The key of a member that credit goes to: the newest that is open. */
export const keyOf = (keys: readonly Key[], member: string): Key | undefined =>
  keys.find((key) => key.memberId === member && !isClosed(key));

export const HOUSE = 'house';

export function sourcesOf(
  teams: readonly Team[],
  keys: readonly Key[],
  without: readonly string[],
): [string, Source][] {
  const pools = new Set(teams.map((team) => team.pool.keyId));
  const own = keys.filter(
    (key) =>
      !pools.has(key.id) &&
      !isClosed(key) &&
      !key.memberId &&
      !without.includes(key.id) &&
      BigInt(key.availableNanoUsd) > 0n,
  );
  return [
    [HOUSE, { lot: undefined, name: 'New credit' }],
    ...teams.map((team): [string, Source] => [
      team.pool.keyId,
      { lot: team.pool.keyId, name: `The pool of ${team.name}`, left: BigInt(team.pool.availableNanoUsd) },
    ]),
    ...own.map((key): [string, Source] => [
      key.id,
      { lot: key.id, name: key.label ?? `Key …${key.last4}`, left: BigInt(key.availableNanoUsd) },
    ]),
  ];
}

/** The same for each, as the gateway divides it: the first ones get a nano-dollar more. */
export function evenly(amount: bigint, parts: number): { each: bigint; more: number } {
  const many = BigInt(Math.max(1, parts));
  return { each: amount / many, more: Number(amount % many) };
}

/** Keys without credit for members who have none; what came of it has their codes, this once. */
async function keysFor(members: readonly MemberSummary[]): Promise<Minted[]> {
  const minted: Minted[] = [];
  for (const member of members)
    minted.push(
      await answer(
        api.POST('/api/v1/keys', {
          body: { creditNanoUsd: '0', memberId: member.id, label: member.name, devices: 3, count: 1 },
        }),
      ),
    );
  return minted;
}

export interface Wanted {
  source: Source;
  amount: bigint;
  members: readonly MemberSummary[];
  keys: readonly Key[];
  /** Of the team whose people they are. */
  pool: string | undefined;
}

/** Carries it out; answers the keys that had to be minted. */
export async function allocate({ source, amount, members, keys, pool }: Wanted): Promise<Minted | undefined> {
  const without = members.filter((member) => !keyOf(keys, member.id));
  const minted = await keysFor(without);
  const made = new Map(without.map((member, index) => [member.id, minted[index]?.keys[0]?.id ?? '']));
  const targets = members.map((member) => keyOf(keys, member.id)?.id ?? made.get(member.id) ?? '');
  const amountNanoUsd = amount.toString();
  const [only] = targets;
  const from = source.lot ?? pool;
  if (source.lot === undefined) {
    // New credit for several goes through their team's pool: what enters the tree enters it there.
    const id = targets.length === 1 ? (only ?? '') : (pool ?? '');
    await answer(
      api.POST('/api/v1/keys/{id}/credit', { params: { path: { id }, header: once() }, body: { amountNanoUsd } }),
    );
  }
  if (from !== undefined && (source.lot !== undefined || targets.length > 1))
    await answer(
      api.POST('/api/v1/allocations', {
        params: { header: once() },
        body: { fromKeyId: from, evenly: targets, amountNanoUsd },
      }),
    );
  const [first] = minted;
  return first && { gatewayUrl: first.gatewayUrl, keys: minted.flatMap((one) => one.keys) };
}
