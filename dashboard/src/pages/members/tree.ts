/** Credit as a tree: the whole gateway, its teams, their people, and the keys that each holds. */
import type { Schemas } from '../../api/client.ts';
import type { MemberSummary, Team } from '../../api/people.ts';
import type { Holding } from '../../ui/measure.tsx';
import { isClosed } from '../keys/standing.ts';

type Key = Schemas['KeySummary'];

export interface PersonNode {
  member: MemberSummary;
  keys: Key[];
  holding: Holding;
}

export interface GroupNode {
  /** None: people who are in no team. */
  team: Team | undefined;
  people: PersonNode[];
  holding: Holding;
}

export interface Tree {
  holding: Holding;
  groups: GroupNode[];
  /** Keys that are nobody's yet. */
  loose: Key[];
  looseHolding: Holding;
}

type Figures = Pick<Key, 'availableNanoUsd' | 'heldNanoUsd' | 'spentNanoUsd' | 'grantedNanoUsd'>;

/** What several lots hold together. */
export function together(lots: readonly Figures[]): Holding {
  const sum = (of: (lot: Figures) => string) => lots.reduce((total, lot) => total + BigInt(of(lot)), 0n).toString();
  return {
    availableNanoUsd: sum((lot) => lot.availableNanoUsd),
    heldNanoUsd: sum((lot) => lot.heldNanoUsd),
    spentNanoUsd: sum((lot) => lot.spentNanoUsd),
    grantedNanoUsd: sum((lot) => lot.grantedNanoUsd),
  };
}

export function treeOf(members: readonly MemberSummary[], teams: readonly Team[], keys: readonly Key[]): Tree {
  const pools = new Set(teams.map((team) => team.pool.keyId));
  const open = keys.filter((key) => !isClosed(key) && !pools.has(key.id));
  const person = (member: MemberSummary): PersonNode => {
    const own = open.filter((key) => key.memberId === member.id);
    return { member, keys: own, holding: together(own) };
  };
  const group = (team: Team | undefined): GroupNode => {
    const people = members.filter((member) => (member.teamId ?? undefined) === team?.id).map(person);
    return { team, people, holding: together([...people.map(({ holding }) => holding), ...(team ? [team.pool] : [])]) };
  };
  const groups = [...teams.map(group), group(undefined)].filter(
    ({ team, people }) => team !== undefined || people.length > 0,
  );
  const loose = open.filter((key) => !members.some((member) => member.id === key.memberId));
  return {
    holding: together([...groups.map(({ holding }) => holding), ...loose]),
    groups,
    loose,
    looseHolding: together(loose),
  };
}
