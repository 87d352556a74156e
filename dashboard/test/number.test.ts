import { expect, test } from 'vitest';
import { duration, percent, tokens } from '../src/format/number.ts';

test.each([
  [0, '0'],
  [971, '971'],
  [999, '999'],
  [1000, '1.0k'],
  [18_412, '18.4k'],
  [99_940, '99.9k'],
  [99_960, '100k'],
  [999_960, '1.0M'],
  [31_204_881, '31.2M'],
  [412_000_000_000, '412B'],
  [5_412_000_000_000, '5,412B'],
])('%d tokens are %s', (count, text) => expect(tokens(count)).toBe(text));

test.each([
  [71, 100, '71%'],
  [1, 1000, '<1%'],
  [0, 1000, '0%'],
  [999, 1000, '99%'],
  [1000, 1000, '100%'],
  [0, 0, '–'],
])('%d of %d is %s', (part, all, text) => expect(percent(part, all)).toBe(text));

test.each([
  [88, '88 ms'],
  [4100, '4.1 s'],
  [125_000, '2 min'],
  [8_040_000, '2 h 14 min'],
  [7_200_000, '2 h'],
  [100 * 3_600_000, '4 d 4 h'],
])('%d ms take %s', (ms, text) => expect(duration(ms)).toBe(text));
