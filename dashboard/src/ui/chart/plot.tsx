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
  onPick?: (index: number) => void;
  at?: number | null;
}

export function Plot({ height, data, options, onCursor, onPick, at }: PlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const theme = useDrawnTheme();
  const told = useRef({ onCursor, onPick });
  useEffect(() => {
    told.current = { onCursor, onPick };
  });
  useEffect(() => {
    const place = box.current;
    if (!place) return;
    const made = new uPlot(
      {
        ...options(),
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
      if (made.cursor.idx != null) told.current.onPick?.(made.cursor.idx);
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
  return <div ref={box} className="plot" style={{ height: `${height.toString()}px` }} />;
}
