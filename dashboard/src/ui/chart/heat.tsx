/** What each day of a year cost. */
import type { Schemas } from '../../api/client.ts';
import { moneyCharge, moneyRatio } from '../../format/money.ts';
import { Squares } from './squares.tsx';

export { HeatKey } from './squares.tsx';

/** Shares of the largest day at which the next step begins. */
const STEPS = [0, 0.18, 0.38, 0.6];

type Day = Schemas['DayUsage'];

/** A day with something is never shown as one without, however little it was. */
export const stepOfShare = (share: number): number => (share <= 0 ? 0 : STEPS.filter((from) => share > from).length);

export const stepOf = (cost: string, dearest: string): number => stepOfShare(moneyRatio(cost, dearest));

export default function Heat({
  days,
  dearest,
  today,
  weeks,
}: {
  days: Day[];
  dearest: string;
  today: string;
  weeks: number;
}) {
  const squares = new Map(
    days.map(({ day, costNanoUsd }) => [day, { step: stepOf(costNanoUsd, dearest), says: moneyCharge(costNanoUsd) }]),
  );
  const label = `Cost on each day of the last ${weeks.toString()} weeks`;
  return <Squares squares={squares} label={label} today={today} weeks={weeks} />;
}
