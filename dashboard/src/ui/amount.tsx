/** Figures: each shows its rounded form and gives the exact one to whoever points at it. */
import type { ReactNode } from 'react';
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

export const Left = ({ nano }: { nano: NanoUsd }) => (
  <Shown exact={`${moneyExact(nano)} exactly`}>{moneyLeft(nano)}</Shown>
);

export const Charge = ({ nano, digits }: { nano: NanoUsd; digits?: 2 | 4 }) => (
  <Shown exact={`${moneyExact(nano)} exactly`}>{digits ? moneyColumn(nano, digits) : moneyCharge(nano)}</Shown>
);

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
