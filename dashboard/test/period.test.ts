import { expect, test } from 'vitest';
import { addDays, daysOf } from '../src/format/days.ts';
import { moved, spanOf } from '../src/pages/usage/period.ts';
import { readUsageSearch } from '../src/pages/usage/search.ts';

const TODAY = '2026-11-19';

test.each([
  [{}, '2026-10-21', TODAY],
  [{ period: 'today' as const }, TODAY, TODAY],
  [{ period: '7d' as const }, '2026-11-13', TODAY],
  [{ period: 'month' as const }, '2026-11-01', TODAY],
  [{ from: '2026-01-01', to: '2026-01-31' }, '2026-01-01', '2026-01-31'],
  [{ from: '2026-02-01', to: '2026-01-31' }, '2026-10-21', TODAY],
])('%j is %s to %s', (search, from, to) => expect(spanOf(search, TODAY)).toEqual({ from, to }));

test('days go over the change of the clock and the end of a year', () => {
  expect(addDays('2026-10-24', 2)).toBe('2026-10-26');
  expect(daysOf({ from: '2026-12-30', to: '2027-01-02' })).toHaveLength(4);
  expect(moved({ from: '2026-11-13', to: TODAY }, -1)).toEqual({ from: '2026-11-06', to: '2026-11-12' });
});

test('an address that somebody typed wrongly shows the usual page', () => {
  expect(readUsageSearch({ period: 'ever', from: 'x', model: 'coder', kind: 'chat', more: 1 })).toEqual({
    model: 'coder',
    kind: 'chat',
  });
});
