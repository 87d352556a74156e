import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '../../api/client.ts';
import { reportedQuery } from '../../api/queries.ts';
import { columnDigits } from '../../format/money.ts';
import { groups } from '../../format/number.ts';
import { Charge, Tokens, Unknown } from '../../ui/amount.tsx';
import { Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';

type Sum = Schemas['ReportedSum'];

const FIRST = 8;

/**
 * What machines say they used elsewhere, by branch; by assistant for whoever sees totals alone. Nothing is shown where
 * none of them ever said so.
 */
export function Reported({ isOfTotals }: { isOfTotals: boolean }) {
  const query = useQuery(reportedQuery);
  if (query.isPending || query.data?.length === 0) return null;
  return (
    <Panel
      flush
      title="Reported by machines"
      beside={<span className="soft small">Of all time, used elsewhere and no part of any balance</span>}
    >
      <Of query={query} rows={3}>
        {(sums) => <Sums sums={sums} isOfTotals={isOfTotals} />}
      </Of>
    </Panel>
  );
}

function Sums({ sums, isOfTotals }: { sums: Sum[]; isOfTotals: boolean }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? sums : sums.slice(0, FIRST);
  const digits = columnDigits(sums.map((sum) => sum.costNanoUsd));
  return (
    <>
      <div className="scroll">
        <table className="folds">
          <thead>
            <tr>
              <th scope="col">{isOfTotals ? 'Assistant' : 'Branch'}</th>
              <th scope="col">Model</th>
              <th scope="col" className="n">
                Responses
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
                Cost
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((sum) => (
              <Line key={keyOf(sum)} sum={sum} digits={digits} isOfTotals={isOfTotals} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < sums.length && (
        <p className="card-pad">
          <Button onClick={() => setWhole(true)}>Show all {groups(sums.length)}</Button>
        </p>
      )}
    </>
  );
}

const keyOf = ({ repository, branch, client, model }: Sum): string =>
  JSON.stringify([repository, branch, client, model]);

function Line({ sum, digits, isOfTotals }: { sum: Sum; digits: 2 | 4; isOfTotals: boolean }) {
  const { usage } = sum;
  const model = sum.model ?? 'not said';
  return (
    <tr>
      <td className="wide-name">
        <div className="name cut">{isOfTotals ? sum.client : (sum.branch ?? 'none named')}</div>
        {!isOfTotals && <div className="under cut">{sum.repository ?? 'no repository named'}</div>}
        <div className="under cut on-narrow">{isOfTotals ? model : `${model} · ${sum.client}`}</div>
      </td>
      <td className="wide-name folded">
        <div className="cut">{model}</div>
        {!isOfTotals && <div className="under cut">{sum.client}</div>}
      </td>
      <td className="n soft folded">{groups(sum.rows)}</td>
      <td className="n soft folded">
        <Tokens count={usage.inputTokens ?? 0} />
      </td>
      <td className="n soft folded">
        <Tokens count={(usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0)} />
      </td>
      <td className="n soft folded">
        <Tokens count={usage.outputTokens ?? 0} />
      </td>
      <td className="n">
        {sum.unpricedRows === sum.rows ? (
          <Unknown why="No price is known of it" />
        ) : (
          <>
            <Charge nano={sum.costNanoUsd} digits={digits} />
            {sum.unpricedRows > 0 && <span className="under">{groups(sum.unpricedRows)} without a price</span>}
          </>
        )}
      </td>
    </tr>
  );
}
