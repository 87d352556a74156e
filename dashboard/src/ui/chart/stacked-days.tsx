/** Days as stacked bars. Today's has a dashed frame: it is not over yet. */
import { useCallback, useMemo, useState, type KeyboardEvent } from 'react';
import uPlot from 'uplot';
import { weekday } from '../../format/time.ts';
import { drawnColour } from './colours.ts';
import { Plot } from './plot.tsx';

export interface Part {
  name: string;
  colour: string;
  /** One for each day. */
  values: readonly number[];
}

interface StackedDaysProps {
  label: string;
  days: readonly string[];
  parts: readonly Part[];
  today: string;
  height?: number;
  /** How a value is written: on the axis, and exactly. */
  onAxis: (value: number) => string;
  nameOf: (part: string) => string;
  shown: (part: string, day: string) => string;
  total: (day: string) => string;
  /** One day that was pressed, or the days that were drawn over. */
  pick?: (from: string, to: string) => void;
}

export default function StackedDays(props: StackedDaysProps) {
  const { label, days, parts, today, height = 240, onAxis, pick } = props;
  const [at, setAt] = useState<number | null>(null);
  // Where marking with Shift began.
  const [anchor, setAnchor] = useState<number | null>(null);
  const data = useMemo(() => stack(days.length, parts), [days, parts]);
  const options = useCallback(() => optionsOf({ days, parts, today, onAxis }), [days, parts, today, onAxis]);
  const onPick = (one: number, other = one) => {
    const [from, to] = [days[Math.min(one, other)], days[Math.max(one, other)]];
    if (from !== undefined && to !== undefined) pick?.(from, to);
  };
  const walk = (next: number, event: KeyboardEvent) => {
    setAnchor(event.shiftKey ? (anchor ?? at ?? next) : null);
    setAt(next);
  };
  const onKey = (event: KeyboardEvent) => {
    const last = days.length - 1;
    const now = at ?? last + 1;
    if (event.key === 'ArrowLeft') walk(Math.max(0, now - 1), event);
    else if (event.key === 'ArrowRight') walk(Math.min(last, at === null ? 0 : now + 1), event);
    else if (event.key === 'Home') walk(0, event);
    else if (event.key === 'End') walk(last, event);
    else if (event.key === 'Escape' && at !== null) leave();
    else if (event.key === 'Enter' && at !== null) onPick(at, anchor ?? at);
    else return;
    event.preventDefault();
  };
  const leave = () => {
    setAt(null);
    setAnchor(null);
  };
  const day = at === null ? undefined : days[at];
  const marked = anchor === null || at === null ? null : ([Math.min(anchor, at), Math.max(anchor, at)] as const);
  const spoken = marked && marked[0] !== marked[1] ? `${weekday(days[marked[0]] ?? '')} to ` : '';
  return (
    <div
      className="chart chart-walk"
      role="group"
      aria-roledescription="chart"
      aria-label={`${label}. Left and right walk the days, with Shift they mark some, Enter shows only these.`}
      tabIndex={0}
      onKeyDown={onKey}
      onBlur={leave}
    >
      <Plot height={height} data={data} options={options} onCursor={setAt} onPick={onPick} at={at} marked={marked} />
      <span className="only-read" aria-live="polite">
        {day !== undefined && `${spoken}${weekday(day)}: ${props.total(day)}`}
      </span>
      {day !== undefined && at !== null && (
        <DayTip {...props} day={day} side={at > days.length / 2 ? 'left' : 'right'} />
      )}
    </div>
  );
}

function DayTip({
  day,
  parts,
  days,
  nameOf,
  shown,
  total,
  side,
}: StackedDaysProps & { day: string; side: 'left' | 'right' }) {
  const index = days.indexOf(day);
  const used = parts.filter((part) => (part.values[index] ?? 0) > 0);
  return (
    <div className="day-tip" style={side === 'left' ? { left: '72px' } : { right: '8px' }} aria-hidden="true">
      <div>
        <b>{weekday(day)}</b>
        <b className="num">{total(day)}</b>
      </div>
      {used.map((part) => (
        <div key={part.name}>
          <span>
            <i className="swatch" style={{ background: part.colour }} />
            <span className="cut">{nameOf(part.name)}</span>
          </span>
          <span className="num">{shown(part.name, day)}</span>
        </div>
      ))}
    </div>
  );
}

/** The sums from the bottom up to each part; the whole comes first, since later ones are drawn over it. */
function stack(count: number, parts: readonly Part[]): uPlot.AlignedData {
  const x = Array.from({ length: count }, (_, index) => index);
  const sums: (number | null)[][] = [];
  let below = x.map(() => 0);
  for (const part of parts) {
    below = below.map((sum, index) => sum + (part.values[index] ?? 0));
    // Nothing is not drawn, not even as a line.
    sums.push(below.map((sum, index) => ((part.values[index] ?? 0) > 0 ? sum : null)));
  }
  return [x, ...sums.reverse()];
}

type Drawn = Pick<StackedDaysProps, 'days' | 'parts' | 'today' | 'onAxis'>;

function optionsOf({ days, parts, today, onAxis }: Drawn): Omit<uPlot.Options, 'width' | 'height'> {
  const ink = drawnColour('var(--ink-3)');
  const line = drawnColour('var(--line)');
  const paper = drawnColour('var(--surface)');
  const font = '12px "Inter Variable", Inter, system-ui, sans-serif';
  const bars = uPlot.paths.bars;
  return {
    legend: { show: false },
    padding: [12, 14, 0, 0],
    cursor: { y: false, points: { show: false }, drag: { x: true, y: false, setScale: false } },
    scales: {
      x: { time: false, range: [-0.6, days.length - 0.4] },
      y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.06 : 1] },
    },
    axes: [
      {
        stroke: ink,
        font,
        gap: 6,
        size: 28,
        grid: { show: false },
        ticks: { show: false },
        splits: () => ticks(days.length),
        values: (_plot, splits) => splits.map((index) => shortDay(days[index])),
      },
      {
        stroke: ink,
        font,
        gap: 8,
        size: 64,
        grid: { stroke: line, width: 1 },
        ticks: { show: false },
        values: (_plot, splits) => splits.map(onAxis),
      },
    ],
    series: [
      {},
      ...[...parts].reverse().map((part): uPlot.Series => {
        const fill = drawnColour(part.colour);
        return {
          label: part.name,
          fill,
          stroke: paper,
          width: 1,
          points: { show: false },
          ...(bars ? { paths: bars({ size: [0.72, 34, 2] }) } : {}),
        };
      }),
    ],
    hooks: { draw: [(plot) => frameToday(plot, days.indexOf(today))] },
  };
}

function frameToday(plot: uPlot, index: number) {
  const whole = Math.max(0, ...plot.data.slice(1).map((sums) => sums[index] ?? 0));
  if (index < 0 || whole === 0) return;
  const ratio = devicePixelRatio;
  const step = plot.valToPos(1, 'x', true) - plot.valToPos(0, 'x', true);
  const width = Math.min(step * 0.72, 34 * ratio) + 4 * ratio;
  const middle = plot.valToPos(index, 'x', true);
  const top = plot.valToPos(whole, 'y', true);
  const bottom = plot.valToPos(0, 'y', true);
  const { ctx } = plot;
  ctx.save();
  ctx.strokeStyle = drawnColour('var(--ink-3)');
  ctx.lineWidth = ratio;
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  ctx.strokeRect(middle - width / 2, top - 3 * ratio, width, bottom - top + 3 * ratio);
  ctx.restore();
}

/** At most six days are named, the last one always. */
function ticks(count: number): number[] {
  const step = Math.max(1, Math.ceil(count / 6));
  const found: number[] = [];
  for (let index = count - 1; index >= 0; index -= step) found.unshift(index);
  return found;
}

const shortDay = (day: string | undefined): string =>
  day === undefined ? '' : weekday(day).split(' ').slice(1).join(' ');
