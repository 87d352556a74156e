/** A year of days, one hue in five steps. */
import HeatMap from '@uiw/react-heat-map';
import type { Schemas } from '../../api/client.ts';
import { moneyCharge } from '../../format/money.ts';
import { dayDate, weekday } from '../../format/time.ts';
import './chart.css';

const COLOURS = Object.fromEntries(Array.from({ length: 5 }, (_, step) => [step, `var(--heat-${step.toString()})`]));
const CELL = 13;
const GAP = 3;

type Day = Schemas['DayUsage'];

/**
 * Where the next step begins: a quarter of the days with use are in each. By shares of the dearest day one burst
 * would leave all others pale, and even use would be all dark.
 */
export function cutsOf(days: readonly Pick<Day, 'costNanoUsd'>[]): bigint[] {
  const costs = days.map((day) => BigInt(day.costNanoUsd)).filter((cost) => cost > 0n);
  costs.sort((one, other) => (one < other ? -1 : one > other ? 1 : 0));
  return [1, 2, 3].map((quarter) => costs[Math.ceil((costs.length * quarter) / 4) - 1] ?? 0n);
}

/** 0 for nothing, 1 to 4 for use; days that cost the same look the same. */
export const stepOf = (cost: string, cuts: readonly bigint[]): number =>
  BigInt(cost) <= 0n ? 0 : 1 + cuts.filter((cut) => BigInt(cost) > cut).length;

export default function Heat({ days, today, weeks }: { days: Day[]; today: string; weeks: number }) {
  const end = dayDate(today);
  const start = new Date(end);
  start.setDate(end.getDate() - weeks * 7 + 1);
  const cuts = cutsOf(days);
  const costs = new Map(days.map((day) => [day.day.replaceAll('-', '/'), day]));
  return (
    <div
      className="heat"
      ref={toTheEnd}
      tabIndex={0}
      role="img"
      aria-label={`Cost on each day of the last ${weeks.toString()} weeks`}
    >
      <HeatMap
        width={weeks * (CELL + GAP) + 46}
        height={7 * (CELL + GAP) + 28}
        rectSize={CELL}
        space={GAP}
        legendCellSize={0}
        startDate={start}
        endDate={end}
        weekLabels={['', 'Mon', '', 'Wed', '', 'Fri', '']}
        monthLabels={['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']}
        panelColors={COLOURS}
        rectProps={{ rx: 3 }}
        style={{ color: 'var(--ink-3)', fontSize: 12 }}
        value={[...costs].map(([date, day]) => ({ date, count: stepOf(day.costNanoUsd, cuts) }))}
        rectRender={(props, { date }) => {
          const day = costs.get(padded(date));
          const iso = padded(date).replaceAll('/', '-');
          return (
            <rect {...props} fill={COLOURS[day ? stepOf(day.costNanoUsd, cuts) : 0]}>
              <title>{`${weekday(iso)}: ${day ? moneyCharge(day.costNanoUsd) : 'nothing'}`}</title>
            </rect>
          );
        }}
      />
    </div>
  );
}

/** Where not all fits, the newest days are in view. */
const toTheEnd = (box: HTMLDivElement | null) => {
  if (box) box.scrollLeft = box.scrollWidth;
};

/** The library writes 2026/1/8. */
const padded = (date: string): string =>
  date
    .split('/')
    .map((part) => part.padStart(2, '0'))
    .join('/');

export const HeatKey = () => (
  <span className="heat-key muted small" aria-hidden="true">
    less
    {[0, 1, 2, 3, 4].map((step) => (
      <i key={step} style={{ background: COLOURS[step] }} />
    ))}
    more
  </span>
);
