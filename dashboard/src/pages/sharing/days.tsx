/** The days of a profile, flat; the greener, the more tokens. */
import type { Profile } from '../../api/sharing.ts';
import { moneyCharge } from '../../format/money.ts';
import { tokens } from '../../format/number.ts';
import { cutsOf, stepOf } from '../../ui/chart/heat.tsx';
import { Squares } from '../../ui/chart/squares.tsx';

const WEEKS = 53;

export default function Days({ days, today }: { days: Profile['days']; today: string }) {
  const cuts = cutsOf(days.map((day) => BigInt(day.tokens)));
  const squares = new Map(
    days.map((day) => {
      const cost = day.costNanoUsd ? `, ${moneyCharge(day.costNanoUsd)}` : '';
      const says = `${tokens(day.tokens)} tokens${cost}`;
      return [day.day, { step: stepOf(BigInt(day.tokens), cuts), says }];
    }),
  );
  const label = `Tokens on each day of the last ${WEEKS.toString()} weeks`;
  return <Squares squares={squares} label={label} today={today} weeks={WEEKS} />;
}
