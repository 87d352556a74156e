/** The charting library inside React: made once for a set of data, resized with its box. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { useDrawnTheme } from '../../shell/theme.ts';
import './chart.css';

interface PlotProps {
  height: number;
  data: uPlot.AlignedData;
  /** Made anew when the theme changes, since a canvas keeps the colours that it was drawn with. */
  options: () => Omit<uPlot.Options, 'width' | 'height'>;
  /** Where the pointer or the keys are; null for nowhere. */
  onCursor?: (index: number | null) => void;
  /** One place that was pressed, or all that were drawn over. */
  onPick?: (one: number, other: number) => void;
  at?: number | null;
  /** From where to where something is marked. */
  marked?: readonly [number, number] | null;
}

export function Plot({ height, data, options, onCursor, onPick, at, marked }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const theme = useDrawnTheme();
  const told = useRef({ onCursor, onPick, isMarking: false });
  useEffect(() => {
    told.current = { onCursor, onPick, isMarking: marked != null };
  });
  useEffect(() => {
    const place = box.current;
    if (!place) return;
    const drawn = options();
    const select = (plot: uPlot) => {
      // What the keys mark is not what the pointer drew.
      if (plot.select.width === 0 || told.current.isMarking) return;
      const [one, other] = [plot.select.left, plot.select.left + plot.select.width].map((left) => plot.posToIdx(left));
      plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
      told.current.onPick?.(one ?? 0, other ?? 0);
    };
    const made = new uPlot(
      {
        ...drawn,
        hooks: { ...drawn.hooks, setSelect: [...(drawn.hooks?.setSelect ?? []), select] },
        width: Math.max(1, place.clientWidth),
        height,
      },
      data,
      place,
    );
    plot.current = made;
    const over = made.over;
    const move = () => told.current.onCursor?.(made.cursor.idx ?? null);
    const leave = () => told.current.onCursor?.(null);
    const pick = () => {
      if (made.cursor.idx != null) told.current.onPick?.(made.cursor.idx, made.cursor.idx);
    };
    over.addEventListener('pointermove', move);
    over.addEventListener('pointerleave', leave);
    over.addEventListener('click', pick);
    const watch = new ResizeObserver(() => made.setSize({ width: Math.max(1, place.clientWidth), height }));
    watch.observe(place);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [data, options, height, theme]);
  useEffect(() => {
    const made = plot.current;
    if (!made || at === undefined) return;
    const left = at === null ? -10 : made.valToPos(made.data[0][at] ?? 0, 'x');
    made.setCursor({ left, top: at === null ? -10 : 4 }, false);
  }, [at]);
  const first = marked?.[0];
  const last = marked?.[1];
  useEffect(() => {
    const made = plot.current;
    if (!made || first === undefined || last === undefined) return;
    const edge = (x: number) => made.valToPos(x, 'x');
    const [left, right] = [edge(first - 0.5), edge(last + 0.5)];
    made.setSelect({ left, top: 0, width: right - left, height: made.over.clientHeight }, false);
    return () => made.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
  }, [first, last]);
  return <div ref={box} className="plot" style={{ height: `${height.toString()}px` }} />;
}
