/** What each day of a year cost. */
import type { Schemas } from '../../api/client.ts';
import { moneyCharge } from '../../format/money.ts';
import { Squares } from './squares.tsx';

export { HeatKey } from './squares.tsx';

type Day = Schemas['DayUsage'];

/**
 * Where the next step begins: a quarter of the days with use are in each. By shares of the dearest day one burst
 * would leave all others pale, and even use would be all dark.
 */
export function cutsOf(amounts: readonly bigint[]): bigint[] {
  const used = amounts.filter((amount) => amount > 0n);
  used.sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
  return [1, 2, 3].map((quarter) => used[Math.ceil((used.length * quarter) / 4) - 1] ?? 0n);
}

/** 0 for nothing, 1 to 4 for use; days with as much look the same. */
export const stepOf = (amount: bigint, cuts: readonly bigint[]): number =>
  amount <= 0n ? 0 : 1 + cuts.filter((cut) => amount > cut).length;

export default function Heat({ days, today, weeks }: { days: Day[]; today: string; weeks: number }) {
  const cuts = cutsOf(days.map((day) => BigInt(day.costNanoUsd)));
  const squares = new Map(
    days.map(({ day, costNanoUsd }) => [
      day,
      { step: stepOf(BigInt(costNanoUsd), cuts), says: moneyCharge(costNanoUsd) },
    ]),
  );
  const label = `Cost on each day of the last ${weeks.toString()} weeks`;
  return <Squares squares={squares} label={label} today={today} weeks={weeks} />;
}
