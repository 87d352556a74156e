import { expect, test } from 'vitest';
import { about, parseRate } from './currency.ts';

test('a rate is a number above nothing, with a point or a comma', () => {
  expect(['0.92', '0,92', '150', '0', '', 'x', '-1', '1.2345678'].map(parseRate)).toEqual([
    0.92,
    0.92,
    150,
    null,
    null,
    null,
    null,
    null,
  ]);
});

test('amounts are about so much, small ones with two figures', () => {
  const euro = { code: 'EUR', rate: '0.9' };
  expect(about(24_000_000_000n, euro)).toBe('≈ €21.60');
  expect(about(1_000_000n, euro)).toBe('≈ €0.0009');
  expect(about(0n, euro)).toBe('≈ €0.00');
  expect(about(2_000_000_000n, { code: 'JPY', rate: '150' })).toBe('≈ ¥300');
  expect(about(1n, undefined)).toBeUndefined();
});
