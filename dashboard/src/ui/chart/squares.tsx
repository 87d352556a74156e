/** Days in weeks, one hue in five steps. */
import HeatMap from '@uiw/react-heat-map';
import { dayDate, weekday } from '../../format/time.ts';
import { toTheEnd } from './to-the-end.ts';
import './chart.css';

const COLOURS = Object.fromEntries(Array.from({ length: 5 }, (_, step) => [step, `var(--heat-${step.toString()})`]));
const CELL = 13;
const GAP = 3;

export interface Square {
  /** 0 is nothing, 4 the most. */
  step: number;
  /** What a pointer on it reads. */
  says: string;
}

interface SquaresProps {
  /** By day; those that are missing have nothing. */
  squares: ReadonlyMap<string, Square>;
  label: string;
  today: string;
  weeks: number;
}

export function Squares({ squares, label, today, weeks }: SquaresProps) {
  const end = dayDate(today);
  const start = new Date(end);
  start.setDate(end.getDate() - weeks * 7 + 1);
  return (
    <div className="heat" ref={toTheEnd} tabIndex={0} role="img" aria-label={label}>
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
        value={[...squares].map(([day, { step }]) => ({ date: day.replaceAll('-', '/'), count: step }))}
        rectRender={(props, { date }) => {
          const iso = padded(date).replaceAll('/', '-');
          const square = squares.get(iso);
          return (
            <rect {...props} fill={COLOURS[square?.step ?? 0]}>
              <title>{`${weekday(iso)}: ${square?.says ?? 'nothing'}`}</title>
            </rect>
          );
        }}
      />
    </div>
  );
}

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
