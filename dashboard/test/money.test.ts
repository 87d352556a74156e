import { expect, test } from 'vitest';
import {
  axisDollars,
  columnDigits,
  moneyCharge,
  moneyColumn,
  moneyExact,
  moneyLeft,
  moneyPrice,
  moneyTail,
  parseDollars,
} from '../src/format/money.ts';

const table = (name: string, shown: (nano: string) => string, rows: [string, string][]) =>
  test.each(rows)(`${name}: %s is %s`, (nano, text) => expect(shown(nano)).toBe(text));

table('left is rounded down', moneyLeft, [
  ['23507739584', '$23.50'],
  ['4999999999', '$4.99'],
  ['1240000000000', '$1,240.00'],
  ['528411079999999', '$528,411.07'],
  ['9999999', '$0.00'],
  ['0', '$0'],
  ['-1', '−$0.01'],
]);

table('a charge is rounded up', moneyCharge, [
  ['17205000001', '$17.21'],
  ['17200000000', '$17.20'],
  ['999999999', '$1.0000'],
  ['32809800', '$0.0329'],
  ['100000', '$0.0001'],
  ['99999', '$0.000100'],
  ['46200', '$0.000047'],
  ['1', '$0.000001'],
  ['0', '$0'],
]);

table('all nine digits', moneyExact, [
  ['32809800', '$0.032\u2009809\u2009800'],
  ['9223372036854775807', '$9,223,372,036.854\u2009775\u2009807'],
]);

table('the digits behind the cents', moneyTail, [
  ['23507739584', '7\u2009739\u2009584'],
  ['5000000000', '0\u2009000\u2009000'],
]);

table('a price has the digits that it has', moneyPrice, [
  ['3000000000', '$3.00'],
  ['125000000', '$0.125'],
  ['0', 'free'],
]);

test.each([
  [0, '$0'],
  [0.0005, '$0.0005'],
  [1.5, '$1.50'],
  [40, '$40'],
  [800_000, '$800k'],
  [1_500_000, '$1.5M'],
])('%d dollars on an axis are %s', (value, text) => expect(axisDollars(value)).toBe(text));

test('a column keeps one precision', () => {
  expect(columnDigits(['1000000000', '0', '23824640027'])).toBe(2);
  expect(columnDigits(['1000000000', '45040'])).toBe(4);
  expect(moneyColumn('45040', 4)).toBe('$0.0001');
  expect(moneyColumn('23824640027', 4)).toBe('$23.8247');
});

test.each([
  ['5', 5_000_000_000n],
  ['$1,240.50', 1_240_500_000_000n],
  ['.5', 500_000_000n],
  ['0.000000001', 1n],
  ['9223372036.854775807', 9_223_372_036_854_775_807n],
  ['9223372036.854775808', null],
  ['0.0000000001', null],
  ['', null],
  ['.', null],
  ['-1', null],
  ['1e3', null],
])('a person who types %s means %s', (text, nano) => expect(parseDollars(text)).toBe(nano));
