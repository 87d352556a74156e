// What the usage page and its host say to each other.
import type { UsageGroup } from '../generated/protocol';
import type { Trouble } from '../session';

export const GROUPS = ['day', 'model', 'branch', 'repository', 'kind'] as const satisfies readonly UsageGroup[];

/** Days up to today; 0 is since this editor keeps a log. */
export const SPANS = [1, 7, 30, 0] as const;

export type Selection = { groupBy: UsageGroup; span: (typeof SPANS)[number] };

export type FromUsage = { type: 'ready' } | ({ type: 'select' } & Selection);

export type ToUsage =
  ({ type: 'usage'; rows: Line[]; totals: Line } & Selection) | { type: 'trouble'; trouble: Trouble };

/** A row as it is written. */
export type Line = {
  key: string;
  requests: string;
  input: string;
  cached: string;
  output: string;
  cost: string;
  /** The cost to the nano-dollar. */
  exact: string;
  /** Of the suggestions that were shown; empty where none was. */
  accepted: string;
};
