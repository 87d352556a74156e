import { expect, test } from 'vitest';
import { startOf } from '../src/pages/usage/asked.ts';

test.each([
  ['2026-11-19', 'Europe/Berlin', '2026-11-18T23:00:00.000Z'],
  ['2026-07-19', 'Europe/Berlin', '2026-07-18T22:00:00.000Z'],
  ['2026-10-26', 'Europe/Berlin', '2026-10-25T23:00:00.000Z'],
  ['2026-11-19', 'America/New_York', '2026-11-19T05:00:00.000Z'],
  ['2026-11-19', 'UTC', '2026-11-19T00:00:00.000Z'],
])('%s begins in %s at %s', (day, zone, moment) => expect(startOf(day, zone)).toBe(moment));
