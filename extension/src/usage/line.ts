// A row of the usage log in words.
import { chargeText, exactText, tokenText } from '../figures';
import type { UsageGroup, UsageParams, UsageRow } from '../generated/protocol';
import type { Line, Selection } from './messages';

const NAMELESS: Record<UsageGroup, string> = {
  day: '',
  model: 'no model',
  branch: 'no branch',
  repository: 'no repository',
  kind: 'other',
};

export function lineOf(row: UsageRow, groupBy: UsageGroup): Line {
  return {
    key: row.key === '' ? NAMELESS[groupBy] : row.key,
    requests: row.requests.toLocaleString('en-US'),
    input: tokenText(row.inputTokens + row.cacheWriteTokens),
    cached: tokenText(row.cacheReadTokens),
    output: tokenText(row.outputTokens),
    cost: chargeText(row.costNanoUsd),
    exact: exactText(row.costNanoUsd),
    accepted: row.shown === 0 ? '' : `${Math.round((100 * row.accepted) / row.shown)} %`,
  };
}

/** The newest day first, or the dearest of anything else. */
export function ordered(rows: readonly UsageRow[], groupBy: UsageGroup): UsageRow[] {
  const byCost = (one: UsageRow, other: UsageRow) => {
    const difference = BigInt(other.costNanoUsd) - BigInt(one.costNanoUsd);
    return difference > 0n ? 1 : difference < 0n ? -1 : other.requests - one.requests;
  };
  const byDay = (one: UsageRow, other: UsageRow) => (one.key < other.key ? 1 : -1);
  return [...rows].sort(groupBy === 'day' ? byDay : byCost);
}

/** What the sidecar is asked: days are cut where the first one begins, in this machine's zone. */
export function questionOf({ groupBy, span }: Selection, now: Date): UsageParams {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return { groupBy, since: sinceOf(span, now), timeZone };
}

/** The first moment of the first day, where this machine is. */
export function sinceOf(span: Selection['span'], now: Date): string | null {
  if (span === 0) return null;
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() - span + 1).toISOString();
}
