import { expect, test } from 'vitest';
import { isWhole, lettersOf, spell } from '../src/pages/redeem/code.ts';

const WHOLE = '7H2W4QK9D31VTB0RM8XEPZ5QC';

test.each([
  ['TTK-7H2W4-QK9D3-1VTB0-RM8XE-PZ5QC', WHOLE],
  ['ttk 7h2w4 qk9d3 1vtb0 rm8xe pz5qc', WHOLE],
  ['7H2W4QK9D3IVTBORM8XEPZ5QC', WHOLE],
  ['7h2w4qk9d3lvtborm8xepz5qc', WHOLE],
  ['https://gateway.example.net/ai/redeem#TTK-7H2W4-QK9D3-1VTB0-RM8XE-PZ5QC', WHOLE],
  ['TTK-7H2W4-QK9D3-1VTB0-RM8XE-PZ5QC and more', WHOLE],
  ['TTK-7H', '7H'],
  ['', ''],
])('%s is read as it was meant', (typed, letters) => expect(lettersOf(typed)).toBe(letters));

test('it is spelled in groups of five', () => {
  expect(spell(WHOLE)).toBe('TTK-7H2W4-QK9D3-1VTB0-RM8XE-PZ5QC');
  expect(spell('7H2W4Q')).toBe('TTK-7H2W4-Q');
  expect(spell('')).toBe('');
  expect([isWhole(WHOLE), isWhole('7H2W4')]).toEqual([true, false]);
});

/** The field as it is when each letter went in at its end. */
const typed = (text: string) => Array.from(text).reduce((field, letter) => spell(lettersOf(field + letter)), '');

test.each([
  'TTK-7H2W4-QK9D3-1VTB0-RM8XE-PZ5QC',
  'ttk 7h2w4 qk9d3 1vtb0 rm8xe pz5qc',
  'ttk7h2w4qk9d31vtb0rm8xepz5qc',
  '7h2w4qk9d31vtb0rm8xepz5qc',
])('%s is read as it was meant, letter by letter', (text) => expect(lettersOf(typed(text))).toBe(WHOLE));

test('a code may begin with the letters of the prefix', () => {
  const code = 'TTK-TTKW4-QK9D3-1VTB0-RM8XE-PZ5QC';
  expect(spell(lettersOf(code))).toBe(code);
  expect(typed('TTKW4QK9D31VTB0RM8XEPZ5QC')).toBe(code);
});
