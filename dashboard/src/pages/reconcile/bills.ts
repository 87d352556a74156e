/** A bill as a file: which lines it has, and what is wrong with the others, line by line. */
import type { Schemas } from '../../api/client.ts';
import { parseDollars } from '../../format/money.ts';

export type Line = Schemas['BilledLine'];

export interface Read {
  lines: Line[];
  mistakes: { line: number; text: string }[];
}

/** One record of a CSV file; quotes may hold commas and quotes. */
export function cellsOf(text: string): string[] {
  const cells: string[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")*)"|([^,]*))\s*(,|$)/gy;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    cells.push(found[1] === undefined ? (found[2] ?? '').trim() : found[1].replaceAll('""', '"'));
    if (found[3] === '') break;
  }
  return cells;
}

const NEEDED = ['day', 'upstream', 'model'] as const;
const COUNTS = ['requests', 'input_tokens', 'output_tokens'] as const;

/** Reads columns by their names, in any order. */
export function readBill(text: string, upstreams: readonly string[]): Read {
  const [head = '', ...rest] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  const names = cellsOf(head).map((name) => name.toLowerCase());
  const missing = NEEDED.filter((name) => !names.includes(name));
  if (missing.length > 0)
    return { lines: [], mistakes: [{ line: 1, text: `The first line names no column ${missing.join(', ')}.` }] };
  const read: Read = { lines: [], mistakes: [] };
  rest.forEach((one, index) => {
    if (one.trim() === '') return;
    const cells = cellsOf(one);
    const of = (name: string) => cells[names.indexOf(name)] ?? '';
    const mistake = wrongIn(of, upstreams);
    if (mistake !== undefined) read.mistakes.push({ line: index + 2, text: mistake });
    else read.lines.push(lineOf(of));
  });
  return read;
}

type Cell = (name: string) => string;

function wrongIn(of: Cell, upstreams: readonly string[]): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(of('day'))) return `“${of('day')}” is no day such as 2026-11-19.`;
  if (!upstreams.includes(of('upstream'))) return `There is no upstream “${of('upstream')}”.`;
  if (of('model') === '') return 'It names no model.';
  const count = COUNTS.find((name) => of(name) !== '' && !/^\d{1,15}$/.test(of(name)));
  if (count !== undefined) return `“${of(count)}” is no number of ${count}.`;
  if (of('cost_usd') !== '' && parseDollars(of('cost_usd').replace(/^-/, '')) === null)
    return `“${of('cost_usd')}” is no amount of dollars.`;
  return undefined;
}

function lineOf(of: Cell): Line {
  const count = (name: string) => (of(name) === '' ? null : Number(of(name)));
  const cost = of('cost_usd');
  const nano = parseDollars(cost.replace(/^-/, '')) ?? 0n;
  return {
    day: of('day'),
    upstream: of('upstream'),
    model: of('model'),
    requests: count('requests'),
    inputTokens: count('input_tokens'),
    outputTokens: count('output_tokens'),
    costNanoUsd: cost === '' ? null : (cost.startsWith('-') ? -nano : nano).toString(),
  };
}
