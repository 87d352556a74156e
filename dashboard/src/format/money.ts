/** Money as people read it. On the wire it is a decimal string of whole nano-dollars; here it stays whole. */

import { tokens } from './number.ts';

export type NanoUsd = string | bigint;

const CENT = 10_000_000n;
const DOLLAR = 1_000_000_000n;
const TENTH_OF_A_MILL = 100_000n;
const THIN_SPACE = '\u2009';

const whole = (amount: NanoUsd): bigint => (typeof amount === 'bigint' ? amount : BigInt(amount));
const up = (amount: bigint, unit: bigint): bigint => (amount + unit - 1n) / unit;

function down(amount: bigint, unit: bigint): bigint {
  const cut = amount / unit;
  return amount < 0n && cut * unit !== amount ? cut - 1n : cut;
}

function dollars(units: bigint, digits: number): string {
  const sign = units < 0n ? '−' : '';
  const text = (units < 0n ? -units : units).toString().padStart(digits + 1, '0');
  const full = text.slice(0, text.length - digits).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${sign}$${full}.${text.slice(text.length - digits)}`;
}

/** What is left: rounded down to the cent, so that it never promises too much. */
export function moneyLeft(amount: NanoUsd): string {
  const nano = whole(amount);
  return nano === 0n ? '$0' : dollars(down(nano, CENT), 2);
}

/** What was charged, held or spent: rounded up. Two digits from a dollar on, four below. */
export function moneyCharge(amount: NanoUsd): string {
  const nano = whole(amount);
  if (nano === 0n) return '$0';
  if (nano < 0n) return dollars(nano / CENT, 2);
  if (nano >= DOLLAR) return dollars(up(nano, CENT), 2);
  return nano >= TENTH_OF_A_MILL ? dollars(up(nano, TENTH_OF_A_MILL), 4) : tiny(nano);
}

/** Below a hundredth of a cent: two figures, and at most six digits. */
function tiny(nano: bigint): string {
  return dollars(up(nano, 1_000n), 6);
}

/** A charge in a column whose cells all have this many digits. */
export function moneyColumn(amount: NanoUsd, digits: 2 | 4): string {
  const nano = whole(amount);
  return nano === 0n ? '$0' : dollars(up(nano, digits === 2 ? CENT : TENTH_OF_A_MILL), digits);
}

/** The precision that a column of charges keeps: cents once all of them are at least a dollar. */
export function columnDigits(amounts: readonly NanoUsd[]): 2 | 4 {
  return amounts.every((amount) => whole(amount) === 0n || whole(amount) >= DOLLAR) ? 2 : 4;
}

/** All nine digits, in threes. */
export function moneyExact(amount: NanoUsd): string {
  const text = dollars(whole(amount), 9);
  const point = text.indexOf('.');
  return text.slice(0, point + 1) + (text.slice(point + 1).match(/.{3}/g) ?? []).join(THIN_SPACE);
}

/** The seven digits behind the cents of a balance, as they are drawn faintly. */
export function moneyTail(amount: NanoUsd): string {
  const nano = whole(amount);
  const tail = (nano - down(nano, CENT) * CENT).toString().padStart(7, '0');
  return `${tail.slice(0, 1)}${THIN_SPACE}${tail.slice(1, 4)}${THIN_SPACE}${tail.slice(4)}`;
}

/** A price for one million tokens, with as many digits as it has beyond the cent. */
export function moneyPrice(amount: NanoUsd): string {
  const nano = whole(amount);
  if (nano === 0n) return 'free';
  const text = dollars(nano, 9).replace(/0+$/, '');
  const digits = text.length - text.indexOf('.') - 1;
  return digits < 2 ? text + '0'.repeat(2 - digits) : text;
}

/** What a person typed into a field of dollars; null where it is no amount. */
export function parseDollars(text: string): bigint | null {
  const plain = text.trim().replace(/^\$/, '').replaceAll(',', '');
  const parts = /^(\d{0,10})(?:\.(\d{0,9}))?$/.exec(plain);
  if (!parts || plain === '' || plain === '.') return null;
  const [, full = '', fraction = ''] = parts;
  const nano = BigInt(full || '0') * DOLLAR + BigInt(fraction.padEnd(9, '0'));
  return nano <= 9_223_372_036_854_775_807n ? nano : null;
}

/** For lengths and positions on a screen only; a figure that is shown never comes from it. */
export const moneyRatio = (part: NanoUsd, all: NanoUsd): number =>
  whole(all) === 0n ? 0 : Number((whole(part) * 1_000_000n) / whole(all)) / 1_000_000;

/** A round number of dollars beside an axis: $0.50, $40, $800k. */
export function axisDollars(value: number): string {
  if (value >= 10_000) return `$${tokens(value).replace('.0', '')}`;
  return Number.isInteger(value) ? `$${value.toString()}` : `$${value.toFixed(value < 0.01 ? 4 : 2)}`;
}

/** Dollars as a number, for an axis. */
export const moneyAxis = (amount: NanoUsd): number => Number(whole(amount)) / 1e9;
