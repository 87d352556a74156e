import { expect, test } from 'vitest';
import { csv } from '../src/format/csv.ts';

test('a cell is neither a formula nor two cells', () => {
  const rows = [['a,b', 'say "so"', '=1+1', '-5', '', 'two\nlines']];
  expect(csv(rows)).toBe('"a,b","say ""so""",\'=1+1,\'-5,,"two\nlines"\r\n');
});
