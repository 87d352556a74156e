import { expect, test } from 'vitest';
import { cutsOf, stepOf } from '../src/ui/chart/heat.tsx';

const steps = (amounts: number[]) => {
  const all = amounts.map(BigInt);
  return all.map((amount) => stepOf(amount, cutsOf(all)));
};

test('a quarter of the days with use is in each step, whatever one burst cost', () => {
  expect(steps([0, 10, 20, 30, 40, 50, 60, 70, 1_000_000])).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4]);
});

test('days that cost the same look the same', () => {
  expect(steps([5, 5, 5, 5])).toEqual([1, 1, 1, 1]);
  expect(steps([0, 0])).toEqual([0, 0]);
  expect(steps([7])).toEqual([1]);
});
