import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UsageRow } from '../src/generated/protocol';
import { lineOf, ordered, questionOf, sinceOf } from '../src/usage/line';

const row = (key: string, costNanoUsd: string, more: Partial<UsageRow> = {}): UsageRow => ({
  key,
  requests: 1,
  inputTokens: 900,
  outputTokens: 1_500,
  cacheReadTokens: 0,
  cacheWriteTokens: 100,
  costNanoUsd,
  shown: 0,
  accepted: 0,
  ...more,
});

test('a row has its counts, its cost rounded up and exact, and the share that was accepted', () => {
  const line = lineOf(row('main', '1234567', { requests: 1_200, shown: 8, accepted: 3 }), 'branch');
  assert.deepEqual(line, {
    key: 'main',
    requests: '1,200',
    input: '1k',
    cached: '0',
    output: '1.5k',
    cost: '$0.0013',
    exact: '$0.001\u2009234\u2009567',
    accepted: '38 %',
  });
  assert.equal(lineOf(row('', '0'), 'branch').key, 'no branch');
  assert.equal(lineOf(row('', '0'), 'model').accepted, '');
});

test('days come newest first, all else dearest first', () => {
  const rows = [row('2026-11-01', '5'), row('2026-11-20', '1'), row('2026-11-10', '9')];
  const keys = (by: 'day' | 'model') => ordered(rows, by).map(({ key }) => key);
  assert.deepEqual(keys('day'), ['2026-11-20', '2026-11-10', '2026-11-01']);
  assert.deepEqual(keys('model'), ['2026-11-10', '2026-11-01', '2026-11-20']);
  // Beyond what a float can tell apart.
  const near = [row('a', '9007199254740993'), row('b', '9007199254740994')];
  assert.deepEqual(
    ordered(near, 'kind').map(({ key }) => key),
    ['b', 'a'],
  );
});

test('a span begins at the midnight of its first day', () => {
  const now = new Date(2026, 10, 26, 15, 30);
  assert.equal(sinceOf(1, now), new Date(2026, 10, 26).toISOString());
  assert.equal(sinceOf(30, now), new Date(2026, 9, 28).toISOString());
  assert.equal(sinceOf(0, now), null);
});

test('days are asked for in the zone in which the first one begins', () => {
  const before = process.env['TZ'];
  try {
    for (const timeZone of ['Australia/Adelaide', 'America/St_Johns']) {
      process.env['TZ'] = timeZone;
      const now = new Date('2026-11-26T20:00:00Z');
      const since = new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
      const question = questionOf({ groupBy: 'day', span: 1 }, now);
      assert.deepEqual(question, { groupBy: 'day', since, timeZone });
    }
  } finally {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  }
});
