/** Single requests: only the rows in view are in the page, whatever the number of all. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { SearchX } from 'lucide-react';
import { useEffect, useRef, type KeyboardEvent } from 'react';
import type { Schemas } from '../../api/client.ts';
import { rowsQuery } from '../../api/queries.ts';
import type { Span } from '../../format/days.ts';
import { count, groups } from '../../format/number.ts';
import { absolute, clock, date } from '../../format/time.ts';
import { Charge, Tokens, Unknown } from '../../ui/amount.tsx';
import { Blank, Bones, Failed } from '../../ui/blank.tsx';
import { coloursOf, OTHER } from '../../ui/chart/colours.ts';
import { rowsAsked } from './asked.ts';
import type { UsageSearch } from './search.ts';
import type { Change } from './usage.tsx';
import { kindOf } from './words.ts';

type Row = Schemas['UsageEntry'];

/** On narrow screens a row has two lines. */
const ROW = matchMedia('(max-width: 720px)').matches ? 56 : 40;
const NEAR_END = 40;

interface RowsProps {
  search: UsageSearch;
  span: Span;
  timeZone: string;
  change: Change;
}

export default function Rows({ search, span, timeZone, change }: RowsProps) {
  const query = useInfiniteQuery(rowsQuery(rowsAsked(search, span, timeZone)));
  const rows = query.data?.pages.flatMap((page) => page.rows) ?? [];
  if (!query.data) {
    return query.error ? <Failed error={query.error} retry={query.refetch} /> : <Bones rows={6} />;
  }
  if (rows.length === 0) return <Blank icon={SearchX} title="No request to show" />;
  const more = () => {
    if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
  };
  const all = query.data.pages[0]?.totals.requests ?? rows.length;
  return <Table rows={rows} all={all} search={search} change={change} more={more} />;
}

function Table(props: { rows: Row[]; all: number; search: UsageSearch; change: Change; more: () => void }) {
  const { rows, all, search, change, more } = props;
  const box = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 12,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= rows.length - NEAR_END) more();
  }, [last, rows.length, more]);
  const colours = coloursOf('model', [...new Set(rows.slice(0, 400).map((row) => row.model))]);
  const above = items[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  const walk = (event: KeyboardEvent<HTMLElement>) => {
    const step =
      event.key === 'j' || event.key === 'ArrowDown' ? 1 : event.key === 'k' || event.key === 'ArrowUp' ? -1 : 0;
    const now = Number((event.target as HTMLElement).closest('tr')?.dataset['index'] ?? -1);
    if (step === 0 || now < 0) return;
    event.preventDefault();
    virtual.scrollToIndex(Math.max(0, now + step));
    box.current?.querySelector<HTMLElement>(`tr[data-index="${(now + step).toString()}"] button`)?.focus();
  };
  return (
    <>
      <div className="rows-box" ref={box} role="region" aria-label="Requests" tabIndex={0} onKeyDown={walk}>
        <table aria-rowcount={all + 1}>
          <thead>
            <tr>
              <th scope="col" aria-sort="descending" className="on-wide">
                Time
              </th>
              <th scope="col">Model</th>
              <th scope="col" className="on-wide">
                Branch
              </th>
              <th scope="col" className="n on-wide">
                In
              </th>
              <th scope="col" className="n on-wide">
                Cached
              </th>
              <th scope="col" className="n on-wide">
                Out
              </th>
              <th scope="col" className="n">
                Cost
              </th>
              <th scope="col" className="on-wide">
                End
              </th>
            </tr>
          </thead>
          <tbody>
            {above > 0 && <Gap height={above} />}
            {items.map(({ index }) => {
              const row = rows[index];
              return row ? (
                <Line
                  key={row.requestId}
                  row={row}
                  index={index}
                  colour={colours.get(row.model) ?? OTHER}
                  selected={row.requestId === search.request}
                  open={() => change({ request: row.requestId })}
                />
              ) : null;
            })}
            {below > 0 && <Gap height={below} />}
          </tbody>
        </table>
      </div>
      <p className="rows-end">
        {count(all, 'row')}
        {rows.length < all ? `, ${groups(rows.length)} read; more come as you scroll` : ''}
      </p>
    </>
  );
}

/** In the place of rows that are not drawn. */
const Gap = ({ height }: { height: number }) => (
  <tr aria-hidden="true">
    <td colSpan={8} style={{ height: `${height.toString()}px`, padding: 0, border: 0 }} />
  </tr>
);

function Line(props: { row: Row; index: number; colour: string; selected: boolean; open: () => void }) {
  const { row, index, colour, selected, open } = props;
  const at = new Date(row.at);
  return (
    <tr className="opens" data-index={index} data-selected={selected} aria-rowindex={index + 2} onClick={open}>
      <td className="nowrap num on-wide">
        <time dateTime={row.at} title={absolute(at)}>
          {date(at)}, {clock(at)}
        </time>
      </td>
      <td className="wide-name">
        <span className="thing">
          <i className="swatch" style={{ background: colour }} />
          <span>
            <button type="button" className="plain-link name cut" title={`${row.model}: show this request`}>
              {row.model}
            </button>{' '}
            <span className="muted">{kindOf(row.kind)}</span>
            <span className="under on-narrow num">
              {date(at)}, {clock(at)}
            </span>
          </span>
        </span>
      </td>
      <td className="soft on-wide wide-name">
        {row.branch ? (
          <span className="cut" style={{ display: 'block' }} title={row.branch}>
            {row.branch}
          </span>
        ) : (
          <Unknown why="The request named no branch." />
        )}
      </td>
      <td className="n soft on-wide">
        <Tokens count={row.usage.inputTokens ?? 0} />
      </td>
      <td className="n soft on-wide">
        {row.usage.cacheReadTokens ? <Tokens count={row.usage.cacheReadTokens} /> : <span className="muted">–</span>}
      </td>
      <td className="n soft on-wide">
        <Tokens count={row.usage.outputTokens ?? 0} />
      </td>
      <td className="n">
        <Charge nano={row.costNanoUsd} digits={4} />
      </td>
      <td className="soft on-wide nowrap">{row.orphan ? 'cut off' : row.estimated ? 'stopped' : 'done'}</td>
    </tr>
  );
}
