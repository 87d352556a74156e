/** Figures: each shows its rounded form and gives the exact one to whoever points at it. */
import { useSyncExternalStore, type ReactNode } from 'react';
import { about, currency, onCurrency } from '../format/currency.ts';
import { moneyCharge, moneyColumn, moneyExact, moneyLeft, type NanoUsd } from '../format/money.ts';
import { groups, tokens } from '../format/number.ts';
import { absolute, ago, date } from '../format/time.ts';

interface Exact {
  exact: string;
  children: ReactNode;
}

const Shown = ({ exact, children }: Exact) => (
  <span className="num" title={exact}>
    {children}
  </span>
);

/** What an amount is in the currency that this browser shows; the exact one is in dollars, behind it. */
export function useAbout(nano: NanoUsd): string | undefined {
  const shown = useSyncExternalStore(onCurrency, currency);
  return about(BigInt(nano), shown);
}

export function Left({ nano }: { nano: NanoUsd }) {
  const converted = useAbout(nano);
  return <Shown exact={`${moneyExact(nano)} exactly`}>{converted ?? moneyLeft(nano)}</Shown>;
}

export function Charge({ nano, digits }: { nano: NanoUsd; digits?: 2 | 4 }) {
  const converted = useAbout(nano);
  const dollars = digits ? moneyColumn(nano, digits) : moneyCharge(nano);
  return <Shown exact={`${moneyExact(nano)} exactly`}>{converted ?? dollars}</Shown>;
}

export const Tokens = ({ count }: { count: number }) => (
  <Shown exact={`${groups(count)} tokens`}>{tokens(count)}</Shown>
);

/** Unknown is a dash with its reason, never a zero. */
export const Unknown = ({ why }: { why: string }) => (
  <span className="muted" title={why}>
    <span aria-hidden="true">–</span>
    <span className="only-read">{why}</span>
  </span>
);

export function Ago({ at }: { at: string }) {
  const moment = new Date(at);
  return (
    <time dateTime={at} title={absolute(moment)}>
      {ago(moment)}
    </time>
  );
}

export function OnDay({ at }: { at: string }) {
  const moment = new Date(at);
  return (
    <time dateTime={at} title={absolute(moment)}>
      {date(moment)}
    </time>
  );
}
