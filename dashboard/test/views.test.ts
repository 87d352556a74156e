import { expect, test } from 'vitest';
import { read, withView } from '../src/pages/usage/views.ts';

test('what is kept comes back, and what nobody wrote is left out', () => {
  const view = { name: 'Thesis', search: { period: 'month', repository: 'github.com/a/b' } } as const;
  expect(read(JSON.stringify([view]))).toEqual([view]);
  expect(read(JSON.stringify([{ name: 'Odd', search: { period: 'never', request: 'r', model: 'm' } }]))).toEqual([
    { name: 'Odd', search: { model: 'm' } },
  ]);
  for (const text of [null, 'nonsense', '{}', '[null, 3, {"name": 1}]']) expect(read(text)).toEqual([]);
});

test('a name stands for one view', () => {
  const first = withView([], { name: 'a', search: { period: '7d' } });
  expect(withView(first, { name: 'a', search: { period: 'year' } })).toEqual([
    { name: 'a', search: { period: 'year' } },
  ]);
});
