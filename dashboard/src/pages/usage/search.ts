/** What the usage page shows, as it stands in the address. */

export const PERIODS = [
  ['today', 'Today'],
  ['7d', '7 days'],
  ['30d', '30 days'],
  ['month', 'Month'],
  ['year', '12 months'],
] as const;

export const MEASURES = [
  ['cost', 'Cost'],
  ['tokens', 'Tokens'],
  ['requests', 'Requests'],
] as const;

export const STACKS = [
  ['model', 'Model'],
  ['repository', 'Repository'],
  ['branch', 'Branch'],
  ['device', 'Device'],
  ['member', 'Member'],
  ['kind', 'Kind'],
] as const;

export const FOLDS = [
  ['requests', 'Requests'],
  ['day', 'Days'],
  ['model', 'Models'],
  ['repository', 'Repositories'],
  ['branch', 'Branches'],
  ['device', 'Devices'],
  ['member', 'Members'],
  ['kind', 'Kinds'],
] as const;

export const KINDS = ['completion', 'chat', 'embedding'] as const;

type First<T extends readonly (readonly [string, string])[]> = T[number][0];
export type Period = First<typeof PERIODS>;
export type Measured = First<typeof MEASURES>;
export type Stack = First<typeof STACKS>;
export type Fold = First<typeof FOLDS>;
export type Kind = (typeof KINDS)[number];

export const FILTERS = ['model', 'kind', 'repository', 'branch', 'device', 'member', 'key'] as const;
export type Filter = (typeof FILTERS)[number];

export interface UsageSearch {
  period?: Period;
  /** Days that were chosen, in the place of a period. */
  from?: string;
  to?: string;
  measure?: Measured;
  stack?: Stack;
  fold?: Fold;
  model?: string;
  kind?: Kind;
  repository?: string;
  branch?: string;
  device?: string;
  member?: string;
  key?: string;
  request?: string;
}

/** Whose usage it is, is for those to see who see everybody's. */
export const within = <T extends string>(
  options: readonly (readonly [T, string])[],
  seesAll: boolean,
): readonly (readonly [T, string])[] => (seesAll ? options : options.filter(([key]) => key !== 'member'));

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function one<T extends string>(value: unknown, of: readonly (readonly [T, string])[]): T | undefined {
  return of.find(([key]) => key === value)?.[0];
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const day = (value: unknown): string | undefined => (typeof value === 'string' && DAY.test(value) ? value : undefined);

/** Reads an address that anybody may have typed; what is not right is left out. */
export function readUsageSearch(search: Record<string, unknown>): UsageSearch {
  const found: UsageSearch = {
    period: one(search['period'], PERIODS),
    from: day(search['from']),
    to: day(search['to']),
    measure: one(search['measure'], MEASURES),
    stack: one(search['stack'], STACKS),
    fold: one(search['fold'], FOLDS),
    model: text(search['model']),
    kind: KINDS.find((kind) => kind === search['kind']),
    repository: text(search['repository']),
    branch: text(search['branch']),
    device: text(search['device']),
    member: text(search['member']),
    key: text(search['key']),
    request: text(search['request']),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}
