import { expect, test } from 'vitest';
import { cellsOf, readBill } from './bills.ts';

test('cells may hold commas and quotes', () => {
  expect(cellsOf('a, "b, ""c""" ,,d')).toEqual(['a', 'b, "c"', '', 'd']);
  expect(cellsOf('')).toEqual(['']);
});

test('columns are found by their names, and exact amounts stay exact', () => {
  const { lines, mistakes } = readBill(
    '\uFEFFmodel,day,upstream,cost_usd,requests\r\ngpt-5,2026-11-18,openai,1.000000001,7\r\n',
    ['openai'],
  );
  expect(mistakes).toEqual([]);
  expect(lines).toEqual([
    {
      day: '2026-11-18',
      upstream: 'openai',
      model: 'gpt-5',
      requests: 7,
      inputTokens: null,
      outputTokens: null,
      costNanoUsd: '1000000001',
    },
  ]);
  expect(readBill('day,upstream,model,cost_usd\n2026-11-18,openai,m,-2.5', ['openai']).lines[0]?.costNanoUsd).toBe(
    '-2500000000',
  );
});

test('each wrong line is named, with the others read all the same', () => {
  const text = [
    'day,upstream,model,cost_usd,requests',
    '18.11.2026,openai,m,1,1',
    '2026-11-18,opnai,m,1,1',
    '2026-11-18,openai,,1,1',
    '2026-11-18,openai,m,much,1',
    '2026-11-18,openai,m,1,some',
    '2026-11-18,openai,m,1,1',
  ].join('\n');
  const { lines, mistakes } = readBill(text, ['openai']);
  expect(mistakes.map(({ line }) => line)).toEqual([2, 3, 4, 5, 6]);
  expect(lines).toHaveLength(1);
  expect(readBill('what,is,this\n1,2,3', []).mistakes[0]?.text).toContain('day, upstream, model');
});
