import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balanceText, chargeText, durationText, exactText, tokenText } from '../src/figures';

function check(format: (value: string) => string, cases: Record<string, string>): void {
  for (const [value, expected] of Object.entries(cases)) assert.equal(format(value), expected, value);
}

test('a charge is rounded up and never shown as nothing', () => {
  check(chargeText, {
    '0': '$0',
    '1': '$0.000001',
    '46200': '$0.000047',
    '99999': '$0.000100',
    '100000': '$0.0001',
    '32809800': '$0.0329',
    '999999999': '$1.0000',
    '1000000000': '$1.00',
    '17205000001': '$17.21',
    '9223372036854775807': '$9223372036.86',
  });
});

test('what is left is rounded down to the cent', () => {
  check(balanceText, { '5000000000': '$5.00', '4999999999': '$4.99', '9999999': '$0.00', '-1': '$0.00' });
});

test('the exact amount has nine decimals in threes', () => {
  check(exactText, {
    '32809800': '$0.032\u2009809\u2009800',
    '9223372036854775807': '$9223372036.854\u2009775\u2009807',
  });
});

test('token counts are exact below a thousand', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [971, '971'],
    [1_000, '1k'],
    [18_432, '18.4k'],
    [99_949, '99.9k'],
    [99_950, '100k'],
    [999_499, '999k'],
    [999_500, '1M'],
    [412_000_000_000, '412B'],
  ];
  for (const [count, expected] of cases) assert.equal(tokenText(count), expected, String(count));
});

test('durations change their unit at a second and at a minute', () => {
  assert.deepEqual([112, 4_100, 59_949, 59_950, 134_000].map(durationText), [
    '112 ms',
    '4.1 s',
    '59.9 s',
    '1 min 0 s',
    '2 min 14 s',
  ]);
});
