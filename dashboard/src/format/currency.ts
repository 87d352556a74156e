/** Amounts in another currency, for the eye alone: the ledger is in US dollars, and exact figures stay in them. */

export interface Shown {
  /** Such as EUR. */
  code: string;
  /** What one US dollar is, as somebody typed it. */
  rate: string;
}

const KEY = 'token-tracker-currency';

export const CURRENCIES = [
  ['USD', 'US dollars, as the ledger keeps them'],
  ['EUR', 'Euro'],
  ['GBP', 'Pound sterling'],
  ['CHF', 'Swiss franc'],
  ['JPY', 'Yen'],
  ['CNY', 'Yuan'],
  ['INR', 'Indian rupee'],
  ['BRL', 'Brazilian real'],
  ['PLN', 'Złoty'],
  ['SEK', 'Swedish krona'],
] as const;

export type Currency = (typeof CURRENCIES)[number][0];

/** A rate as people write it; null where it is none. */
export function parseRate(text: string): number | null {
  const plain = text.trim().replace(',', '.');
  const rate = /^\d{1,6}(\.\d{1,6})?$/.test(plain) ? Number(plain) : 0;
  return rate > 0 ? rate : null;
}

function read(): Shown | undefined {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Shown> | null;
    const isKnown = CURRENCIES.some(([code]) => code !== 'USD' && code === found?.code);
    return found?.code && found.rate && isKnown && parseRate(found.rate) !== null
      ? { code: found.code, rate: found.rate }
      : undefined;
  } catch {
    // A browser that keeps nothing shows dollars.
    return undefined;
  }
}

let shown = read();
const listeners = new Set<() => void>();

export const currency = (): Shown | undefined => shown;

export function chooseCurrency(next: Shown | undefined): void {
  shown = next;
  if (next) localStorage.setItem(KEY, JSON.stringify(next));
  else localStorage.removeItem(KEY);
  for (const listener of listeners) listener();
}

export const onCurrency = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** About so much, such as ≈ €21.60; nothing where dollars are shown. */
export function about(nano: bigint, of: Shown | undefined = shown): string | undefined {
  const rate = of && parseRate(of.rate);
  if (!of || !rate) return undefined;
  const amount = (Number(nano) / 1e9) * rate;
  const small = amount !== 0 && Math.abs(amount) < 1;
  const text = new Intl.NumberFormat('en', {
    style: 'currency',
    currency: of.code,
    currencyDisplay: 'narrowSymbol',
    ...(small ? { maximumSignificantDigits: 2 } : {}),
  }).format(amount);
  return `≈ ${text}`;
}
