import type { UseQueryResult } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import { useMemo } from 'react';
import type { Schemas } from '../../api/client.ts';
import { axisDollars, moneyAxis, moneyCharge } from '../../format/money.ts';
import { count, groups, tokens } from '../../format/number.ts';
import { useSession } from '../../api/session.ts';
import { daysOf, type Span } from '../../format/days.ts';
import { runsOffice } from '../../shell/places.ts';
import { Charge, Tokens } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { coloursOf, OTHER } from '../../ui/chart/colours.ts';
import StackedDays, { type Part } from '../../ui/chart/stacked-days.tsx';
import { Segments } from '../../ui/field.tsx';
import { spanText, useNames } from './filters.tsx';
import { FILTERS, MEASURES, STACKS, within, type Measured, type UsageSearch } from './search.ts';
import type { Change } from './usage.tsx';

type Summary = Schemas['UsageSummary'];
type Row = Schemas['SummaryRow'];

const PARTS = 6;
const NARROW_DAYS = 14;

interface ChartProps {
  query: UseQueryResult<Summary>;
  search: UsageSearch;
  span: Span;
  today: string;
  change: Change;
}

export default function Chart({ query, search, span, today, change }: ChartProps) {
  const { measure = 'cost', stack = 'model' } = search;
  const seesAll = runsOffice(useSession().member.role);
  return (
    <section className="card" aria-label="By day">
      <header className="usage-head">
        <div>
          <h2 className="label num">{spanText(span)}</h2>
          {query.data && <Total totals={query.data.totals} measure={measure} />}
        </div>
        <span className="row">
          <Segments
            label="Measure"
            value={measure}
            options={MEASURES}
            onChange={(value) => change({ measure: value })}
          />
          <Segments
            label="Stack by"
            value={stack}
            options={within(STACKS, seesAll)}
            onChange={(value) => change({ stack: value })}
          />
        </span>
      </header>
      <Of query={query} rows={6}>
        {(data) =>
          data.totals.requests === 0 ? (
            <Nothing search={search} span={span} change={change} />
          ) : (
            <Stacked data={data} search={search} today={today} change={change} />
          )
        }
      </Of>
    </section>
  );
}

const Total = ({ totals, measure }: { totals: Summary['totals']; measure: Measured }) => (
  <div className="usage-total">
    <span className="figure num">
      {measure === 'cost' && <Charge nano={totals.costNanoUsd} />}
      {measure === 'tokens' && <Tokens count={tokensOf(totals)} />}
      {measure === 'requests' && groups(totals.requests)}
    </span>
    <span className="beside">
      {measure === 'cost' ? <Tokens count={tokensOf(totals)} /> : <Charge nano={totals.costNanoUsd} />}
      {measure === 'cost' ? ' tokens' : ''} · {count(totals.requests, 'request')}
    </span>
  </div>
);

const tokensOf = ({ usage }: { usage: Row['usage'] }): number =>
  (usage.inputTokens ?? 0) + (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0) + (usage.outputTokens ?? 0);

function Nothing({ search, span, change }: { search: UsageSearch; span: Span; change: Change }) {
  const filtered = FILTERS.filter((filter) => search[filter] !== undefined);
  const none = Object.fromEntries(filtered.map((filter) => [filter, undefined]));
  return (
    <Blank
      icon={SearchX}
      title={`Nothing on ${spanText(span)}`}
      actions={
        <>
          {filtered.length > 0 && <Button onClick={() => change(none)}>Without filters</Button>}
          <Button onClick={() => change({ period: 'year', from: undefined, to: undefined })}>Last 12 months</Button>
        </>
      }
    >
      {filtered.length > 0 ? 'No request of these days matches the filters.' : 'No request was made on these days.'}
    </Blank>
  );
}

interface Folded {
  parts: (Part & { total: string })[];
  byDay: Map<string, Row[]>;
}

/** The dearest six keep their hue, everything else is Other and comes last. */
function fold(rows: Row[], days: string[], stack: string, measure: Measured): Folded {
  const valueOf = (row: Row): number =>
    measure === 'cost' ? moneyAxis(row.costNanoUsd) : measure === 'tokens' ? tokensOf(row) : row.requests;
  const costs = new Map<string, bigint>();
  const byDay = new Map<string, Row[]>();
  for (const row of rows) {
    const name = row.stack ?? '';
    costs.set(name, (costs.get(name) ?? 0n) + BigInt(row.costNanoUsd));
    byDay.set(row.group, [...(byDay.get(row.group) ?? []), row]);
  }
  const names = [...costs.keys()].sort((one, other) => compare(costs.get(other), costs.get(one)));
  const shown = names.slice(0, PARTS);
  const colours = coloursOf(stack, shown);
  const part = (name: string, of: (row: Row) => boolean, colour: string) => ({
    name,
    colour,
    values: days.map((day) => (byDay.get(day) ?? []).filter(of).reduce((sum, row) => sum + valueOf(row), 0)),
    total: totalOf(rows.filter(of), measure),
  });
  const parts = shown.map((name) => part(name, (row) => row.stack === name, colours.get(name) ?? OTHER));
  if (names.length > PARTS) parts.push(part(OTHER_NAME, (row) => !shown.includes(row.stack ?? ''), OTHER));
  return { parts, byDay };
}

const OTHER_NAME = '\u0000other';
const compare = (one = 0n, other = 0n): number => (one < other ? -1 : one > other ? 1 : 0);

function totalOf(rows: readonly Row[], measure: Measured): string {
  if (measure === 'cost') return moneyCharge(rows.reduce((sum, row) => sum + BigInt(row.costNanoUsd), 0n));
  if (measure === 'tokens') return tokens(rows.reduce((sum, row) => sum + tokensOf(row), 0));
  return groups(rows.reduce((sum, row) => sum + row.requests, 0));
}

const onAxis: Record<Measured, (value: number) => string> = {
  cost: axisDollars,
  tokens: (value) => tokens(value),
  requests: (value) => (Number.isInteger(value) ? groups(value) : ''),
};

function Stacked({
  data,
  search,
  today,
  change,
}: {
  data: Summary;
  search: UsageSearch;
  today: string;
  change: Change;
}) {
  const { measure = 'cost', stack = 'model' } = search;
  const names = useNames();
  const days = useMemo(() => {
    const all = daysOf(data);
    return matchMedia('(max-width: 720px)').matches ? all.slice(-NARROW_DAYS) : all;
  }, [data]);
  const { parts, byDay } = useMemo(() => fold(data.rows, days, stack, measure), [data.rows, days, stack, measure]);
  const nameOf = (name: string) => (name === OTHER_NAME ? 'Other' : names(stack, name));
  const of = (name: string, day: string) => {
    const rows = byDay.get(day) ?? [];
    const top = parts.map((part) => part.name);
    const mine = rows.filter((row) => (name === OTHER_NAME ? !top.includes(row.stack ?? '') : row.stack === name));
    return totalOf(mine, measure);
  };
  const total = (day: string) => totalOf(byDay.get(day) ?? [], measure);
  return (
    <div className="card-body chart">
      <StackedDays
        label={`${MEASURES.find(([key]) => key === measure)?.[1] ?? ''} by day, in all ${totalOf(data.rows, measure)}`}
        days={days}
        parts={parts}
        today={today}
        onAxis={onAxis[measure]}
        nameOf={nameOf}
        shown={of}
        total={total}
        pick={(from, to) => change({ from, to, period: undefined })}
      />
      <ul className="legend">
        {parts.map((part) => (
          <li key={part.name}>
            <i className="swatch" style={{ background: part.colour }} />
            <span className="cut">{nameOf(part.name)}</span> <b>{part.total}</b>
          </li>
        ))}
      </ul>
    </div>
  );
}
