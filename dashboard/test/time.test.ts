import { expect, test } from 'vitest';
import { absolute, ago, calendarDay, dayText, until, weekday } from '../src/format/time.ts';

const now = new Date('2026-11-19T11:00:00Z');
const at = (text: string) => new Date(text);

test.each([
  ['2026-11-19T10:59:30Z', 'just now'],
  ['2026-11-19T10:55:00Z', '5 min ago'],
  ['2026-11-19T09:00:00Z', '2 h ago'],
  ['2026-11-18T10:00:00Z', '1 day ago'],
  ['2026-11-13T10:00:00Z', '6 days ago'],
  ['2026-11-08T10:00:00Z', '8 Nov'],
  ['2025-11-08T10:00:00Z', '8 Nov 2025'],
])('%s was %s', (moment, text) => expect(ago(at(moment), now)).toBe(text));

test.each([
  ['2026-11-19T11:20:00Z', 'in 20 min'],
  ['2026-11-20T12:00:00Z', 'in 1 day'],
  ['2026-11-30T12:00:00Z', 'in 11 days'],
  ['2027-02-28T12:00:00Z', 'in 3 months'],
  ['2026-11-01T12:00:00Z', 'over'],
])('%s is %s', (moment, text) => expect(until(at(moment), now)).toBe(text));

test('a day of the gateway is the same day here', () => {
  expect(calendarDay('2026-11-08', now)).toBe('8 Nov');
  expect(weekday('2026-11-13')).toMatch(/^Fri 13 Nov/);
  expect(dayText(new Date(2026, 10, 8, 0, 5))).toBe('2026-11-08');
});

test('a moment names its zone', () => {
  expect(absolute(at('2026-11-19T10:42:07Z'))).toMatch(/^19 Nov 2026, \d\d:42:07 \S+/);
});
