/** What was left, and what is likely: solid past, dashed ahead, with the band that four of five outcomes are in. */
import { useCallback, useMemo } from 'react';
import uPlot from 'uplot';
import type { Schemas } from '../../api/client.ts';
import { axisDollars, moneyAxis } from '../../format/money.ts';
import { calendarDay, dayDate } from '../../format/time.ts';
import { drawnColour } from './colours.ts';
import { Plot } from './plot.tsx';

const DAY = 86_400_000;
const AHEAD_MAX = 90;

type Outlook = Schemas['Outlook'];

const number = (day: string): number => Math.round(dayDate(day).getTime() / DAY);
const dayOf = (value: number): string => {
  const at = new Date(value * DAY + DAY / 2);
  return calendarDay(`${at.getFullYear().toString()}-${(at.getMonth() + 1).toString()}-${at.getDate().toString()}`);
};

export default function BurnDown({ outlook, label }: { outlook: Outlook; label: string }) {
  const { data, hasBand } = useMemo(() => lines(outlook), [outlook]);
  const options = useCallback(() => optionsOf(hasBand), [hasBand]);
  return (
    <div role="img" aria-label={label}>
      <Plot height={190} data={data} options={options} />
    </div>
  );
}

/** A straight way from what is left today to nothing on that day. */
function way(x: readonly number[], today: number, left: number, end: number): (number | null)[] {
  return x.map((day) => {
    if (day < today) return null;
    return day >= end ? 0 : left * (1 - (day - today) / Math.max(1, end - today));
  });
}

function lines({ history, runsOut }: Outlook): { data: uPlot.AlignedData; hasBand: boolean } {
  const past = history.map(({ day }) => number(day));
  const today = past.at(-1) ?? 0;
  const left = moneyAxis(history.at(-1)?.availableNanoUsd ?? '0');
  const end = runsOut ? Math.min(number(runsOut.to ?? runsOut.on), today + AHEAD_MAX) : today;
  const ahead = Array.from({ length: Math.max(0, end - today) }, (_, index) => today + index + 1);
  const x = [...past, ...ahead];
  const was = [...history.map(({ availableNanoUsd }) => moneyAxis(availableNanoUsd)), ...ahead.map(() => null)];
  if (!runsOut) return { data: [x, was], hasBand: false };
  const until = (day: string | null | undefined) => way(x, today, left, day ? number(day) : today + 730);
  return { data: [x, was, until(runsOut.on), until(runsOut.to), until(runsOut.from)], hasBand: true };
}

function optionsOf(hasBand: boolean): Omit<uPlot.Options, 'width' | 'height'> {
  const ink = drawnColour('var(--ink-3)');
  const green = drawnColour('var(--left)');
  const font = '12px "Inter Variable", Inter, system-ui, sans-serif';
  const invisible: uPlot.Series = { stroke: 'transparent', points: { show: false } };
  return {
    legend: { show: false },
    padding: [12, 8, 0, 0],
    cursor: { show: false },
    scales: { x: { time: false }, y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1] } },
    axes: [
      {
        stroke: ink,
        font,
        gap: 6,
        size: 28,
        grid: { show: false },
        ticks: { show: false },
        space: 80,
        values: (_plot, splits) => splits.map((value) => (Number.isInteger(value) ? dayOf(value) : '')),
      },
      {
        stroke: ink,
        font,
        gap: 8,
        size: 56,
        grid: { stroke: drawnColour('var(--line)'), width: 1 },
        ticks: { show: false },
        values: (_plot, splits) => splits.map(axisDollars),
      },
    ],
    series: [
      {},
      { stroke: green, width: 2, points: { show: false }, ...stepped() },
      ...(hasBand ? [{ stroke: green, width: 1.5, dash: [4, 4], points: { show: false } }, invisible, invisible] : []),
    ],
    ...(hasBand ? { bands: [{ series: [3, 4], fill: `${green}22` }] } : {}),
  };
}

const stepped = (): Pick<uPlot.Series, 'paths'> =>
  uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {};
