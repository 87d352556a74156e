// How amounts and counts are written for a person. Amounts stay decimal strings and BigInt: a float would round them.

const NANOS_PER_DOLLAR = 1_000_000_000n;
const NANOS_PER_CENT = 10_000_000n;

function roundedUp(nano: bigint, unit: bigint): bigint {
  return (nano + unit - 1n) / unit;
}

/** A charge: rounded up, two decimals from a dollar on, four below, six under a hundredth of a cent. */
export function chargeText(nanoUsd: string): string {
  const nano = BigInt(nanoUsd);
  if (nano <= 0n) return '$0';
  if (nano >= NANOS_PER_DOLLAR) return decimal(roundedUp(nano, NANOS_PER_CENT), 2);
  if (nano >= 100_000n) return decimal(roundedUp(nano, 100_000n), 4);
  return decimal(roundedUp(nano, 1_000n), 6);
}

/** What is left: rounded down to the cent, so that it never promises too much. */
export function balanceText(nanoUsd: string): string {
  const nano = BigInt(nanoUsd);
  return decimal(nano > 0n ? nano / NANOS_PER_CENT : 0n, 2);
}

/** The amount to the nano-dollar, its digits in threes. */
export function exactText(nanoUsd: string): string {
  const nano = BigInt(nanoUsd);
  const fraction = (nano % NANOS_PER_DOLLAR).toString().padStart(9, '0');
  const threes = [fraction.slice(0, 3), fraction.slice(3, 6), fraction.slice(6)].join('\u2009');
  return `$${nano / NANOS_PER_DOLLAR}.${threes}`;
}

function decimal(units: bigint, places: number): string {
  const digits = units.toString().padStart(places + 1, '0');
  return `$${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

/** Exact below 1,000, then one decimal to 99.9, then whole. */
export function tokenText(count: number): string {
  if (count < 1_000) return String(count);
  const units = ['k', 'M', 'B'];
  let size = count;
  let unit = '';
  for (const next of units) {
    // 999.5k would be written 1000k.
    if (size < 999.5 && unit !== '') break;
    size /= 1_000;
    unit = next;
  }
  return `${size < 99.95 ? size.toFixed(1).replace(/\.0$/, '') : Math.round(size).toString()}${unit}`;
}

/** Milliseconds below a second, then seconds with one decimal, then minutes. */
export function durationText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
