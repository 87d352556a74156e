import { useQuery } from '@tanstack/react-query';
import { SearchX } from 'lucide-react';
import type { Schemas } from '../../api/client.ts';
import { summaryQuery } from '../../api/queries.ts';
import { columnDigits, moneyRatio } from '../../format/money.ts';
import type { Span } from '../../format/days.ts';
import { groups, percent } from '../../format/number.ts';
import { weekday } from '../../format/time.ts';
import { Charge, Tokens } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { summaryAsked } from './asked.ts';
import { useNames } from './filters.tsx';
import type { Fold, UsageSearch } from './search.ts';
import type { Change } from './usage.tsx';

type Row = Schemas['SummaryRow'];
type Shown = Exclude<Fold, 'requests'>;

const HEADS: Record<Shown, string> = {
  day: 'Day',
  model: 'Model',
  repository: 'Repository',
  branch: 'Branch',
  device: 'Device',
  member: 'Member',
  kind: 'Kind',
};

interface FoldsProps {
  fold: Shown;
  search: UsageSearch;
  span: Span;
  change: Change;
}

/** The table twin of the chart: the same rows, folded by something. */
export function Folds({ fold, search, span, change }: FoldsProps) {
  const query = useQuery(summaryQuery(summaryAsked(search, span, fold)));
  const names = useNames();
  const nameOf = (group: string) => (fold === 'day' ? weekday(group) : names(fold, group));
  const open = (group: string) =>
    fold === 'day'
      ? change({ from: group, to: group, period: undefined, fold: 'requests' })
      : fold === 'member' && group === ''
        ? undefined
        : change({ [fold]: group });
  return (
    <Of query={query} rows={6}>
      {({ rows, totals, leftOut }) =>
        rows.length === 0 ? (
          <Blank icon={SearchX} title="Nothing to fold" />
        ) : (
          <div className="scroll">
            <table className="folds">
              <thead>
                <tr>
                  <th scope="col">{HEADS[fold]}</th>
                  <th scope="col" className="n">
                    Requests
                  </th>
                  <th scope="col" className="n">
                    In
                  </th>
                  <th scope="col" className="n">
                    Cached
                  </th>
                  <th scope="col" className="n">
                    Out
                  </th>
                  <th scope="col" className="n">
                    Share
                  </th>
                  <th scope="col" className="n">
                    Cost
                  </th>
                </tr>
              </thead>
              <tbody>
                {ordered(rows, fold).map((row) => (
                  <Line
                    key={row.group}
                    row={row}
                    name={nameOf(row.group)}
                    all={totals}
                    rows={rows}
                    open={() => open(row.group)}
                  />
                ))}
                <Sum all={totals} rows={rows} leftOut={leftOut} />
              </tbody>
            </table>
          </div>
        )
      }
    </Of>
  );
}

/** Days newest first; anything else as it came, the dearest first. */
const ordered = (rows: Row[], fold: Shown): Row[] => (fold === 'day' ? [...rows].reverse() : rows);

interface LineProps {
  row: Row;
  name: string;
  all: Schemas['UsageTotals'];
  rows: Row[];
  open: () => void;
}

function Line({ row, name, all, rows, open }: LineProps) {
  return (
    <tr>
      <td className="wide-name">
        <button type="button" className="plain-link name cut" title={`${name}: show only this`} onClick={open}>
          {name}
        </button>
      </td>
      <td className="n soft folded">{groups(row.requests)}</td>
      <td className="n soft folded">
        <Tokens count={row.usage.inputTokens ?? 0} />
      </td>
      <td className="n soft folded">
        <Tokens count={row.usage.cacheReadTokens ?? 0} />
      </td>
      <td className="n soft folded">
        <Tokens count={row.usage.outputTokens ?? 0} />
      </td>
      <td className="n muted folded">{percent(moneyRatio(row.costNanoUsd, all.costNanoUsd), 1)}</td>
      <td className="n">
        <Charge nano={row.costNanoUsd} digits={columnDigits(rows.map((one) => one.costNanoUsd))} />
      </td>
    </tr>
  );
}

const Sum = ({ all, rows, leftOut }: { all: Schemas['UsageTotals']; rows: Row[]; leftOut: number }) => (
  <tr className="sum">
    <td>
      Total
      {leftOut > 0 && <span className="under">with {groups(leftOut)} more that are not shown</span>}
    </td>
    <td className="n folded">{groups(all.requests)}</td>
    <td className="n folded">
      <Tokens count={all.usage.inputTokens ?? 0} />
    </td>
    <td className="n folded">
      <Tokens count={all.usage.cacheReadTokens ?? 0} />
    </td>
    <td className="n folded">
      <Tokens count={all.usage.outputTokens ?? 0} />
    </td>
    <td className="n folded" />
    <td className="n">
      <Charge nano={all.costNanoUsd} digits={columnDigits(rows.map((one) => one.costNanoUsd))} />
    </td>
  </tr>
);
