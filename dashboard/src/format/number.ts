/** Counts, shares and spans of time as people read them. */

const STEPS = [
  { size: 1e9, sign: 'B' },
  { size: 1e6, sign: 'M' },
  { size: 1e3, sign: 'k' },
];

/** Tokens: exact below 1,000, then one decimal to 99.9, then whole. */
export function tokens(count: number): string {
  if (count < 999.5) return Math.round(count).toString();
  for (const { size, sign } of STEPS) {
    const value = count / size;
    if (value >= 99.95) return groups(Math.round(value)) + sign;
    // What would be written as 1000k is 1.0M.
    if (value >= 0.9995) return value.toFixed(1) + sign;
  }
  return count.toString();
}

/** A whole number, in groups of three. */
export function groups(count: number): string {
  return count.toLocaleString('en-US');
}

/** A whole share; below one it is <1%, and all of it only when nothing is missing. */
export function percent(part: number, all: number): string {
  if (all <= 0) return '–';
  const share = (part / all) * 100;
  if (part === 0) return '0%';
  if (share < 1) return '<1%';
  return part >= all ? '100%' : `${Math.min(99, Math.round(share)).toString()}%`;
}

/** One of them, or many. */
export const count = (many: number, one: string, more = `${one}s`): string =>
  `${groups(many)} ${many === 1 ? one : more}`;

/** 840 ms, 4.1 s, 12 min, 2 h 14 min, 3 d 4 h. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms).toString()} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes.toString()} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return join(hours, 'h', minutes % 60, 'min');
  return join(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

const join = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big.toString()} ${bigUnit}` : `${big.toString()} ${bigUnit} ${small.toString()} ${smallUnit}`;

/** 640 bytes, 12.3 kB, 1.4 GB: of files, in thousands. */
export function bytes(many: number): string {
  if (many < 1000) return count(many, 'byte');
  const units = ['kB', 'MB', 'GB', 'TB'];
  const step = Math.min(Math.floor(Math.log10(many) / 3), units.length);
  const value = many / 1000 ** step;
  return `${value < 99.95 ? value.toFixed(1) : Math.round(value).toString()} ${units[step - 1] ?? ''}`;
}
