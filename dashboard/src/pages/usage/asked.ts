import type { RowsAsked, SummaryAsked } from '../../api/queries.ts';
import type { Span } from '../../format/days.ts';
import { addDays } from '../../format/days.ts';
import type { Stack, UsageSearch } from './search.ts';

/** The filters of the address, as the gateway takes them. */
const filters = ({ model, kind, repository, branch, device, member, key }: UsageSearch) => ({
  ...(model === undefined ? {} : { model }),
  ...(kind === undefined ? {} : { kind }),
  ...(repository === undefined ? {} : { repository }),
  ...(branch === undefined ? {} : { branch }),
  ...(device === undefined ? {} : { deviceId: device }),
  ...(member === undefined ? {} : { memberId: member }),
  ...(key === undefined ? {} : { keyId: key }),
});

export const summaryAsked = (
  search: UsageSearch,
  { from, to }: Span,
  groupBy: NonNullable<SummaryAsked['groupBy']>,
  stackBy?: Stack,
): SummaryAsked => ({ ...filters(search), from, to, groupBy, ...(stackBy ? { stackBy } : {}) });

/** Moments of the gateway's days, in its own time zone. */
export const rowsAsked = (search: UsageSearch, { from, to }: Span, timeZone: string): RowsAsked => ({
  ...filters(search),
  since: startOf(from, timeZone),
  until: startOf(addDays(to, 1), timeZone),
});

/** The first moment of a day in a time zone. */
export function startOf(day: string, timeZone: string): string {
  const asUtc = Date.parse(`${day}T00:00:00Z`);
  // The offset at that moment; once more, for the day on which it changes.
  let at = asUtc;
  for (let turn = 0; turn < 2; turn += 1) at = asUtc - offset(at, timeZone);
  return new Date(at).toISOString();
}

function offset(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(at);
  const of = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((part) => part.type === type)?.value ?? 0);
  const there = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return there - Math.floor(at / 1000) * 1000;
}
