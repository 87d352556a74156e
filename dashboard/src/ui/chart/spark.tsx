/** A row's own small picture of its days. */
import { useCallback, useMemo } from 'react';
import uPlot from 'uplot';
import { drawnColour } from './colours.ts';
import { Plot } from './plot.tsx';

export default function Spark({ values, label }: { values: readonly number[]; label: string }) {
  const data = useMemo((): uPlot.AlignedData => [values.map((_, index) => index), [...values]], [values]);
  const options = useCallback(optionsOf, []);
  return (
    <div role="img" aria-label={label} style={{ width: '120px' }}>
      <Plot height={24} data={data} options={options} />
    </div>
  );
}

const optionsOf = (): Omit<uPlot.Options, 'width' | 'height'> => ({
  legend: { show: false },
  padding: [2, 0, 0, 0],
  cursor: { show: false },
  scales: { x: { time: false }, y: { range: (_plot, _low, high) => [0, high > 0 ? high : 1] } },
  axes: [{ show: false }, { show: false }],
  series: [
    {},
    {
      fill: drawnColour('var(--ink-3)'),
      width: 0,
      points: { show: false },
      ...(uPlot.paths.bars ? { paths: uPlot.paths.bars({ size: [0.7, 4, 2] }) } : {}),
    },
  ],
});
