import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { MessagesSquare } from 'lucide-react';
import { useState } from 'react';
import type { Schemas } from '../../api/client.ts';
import { latestQuery } from '../../api/queries.ts';
import { duration } from '../../format/number.ts';
import { Ago, Charge, Tokens, Unknown } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { coloursOf, OTHER } from '../../ui/chart/colours.ts';
import { Panel } from '../../ui/panel.tsx';
import { endOf, kindOf } from '../usage/words.ts';

type Row = Schemas['UsageEntry'];

/** The newest requests. While the pointer or the focus is inside they stay, and new ones are counted. */
export function Latest() {
  const query = useQuery(latestQuery);
  const [frozen, setFrozen] = useState<Row[]>();
  const rows = frozen ?? query.data;
  const hidden = frozen
    ? (query.data ?? []).filter((row) => !frozen.some((one) => one.requestId === row.requestId))
    : [];
  const go = () => setFrozen(undefined);
  return (
    <Panel
      span={8}
      flush
      title="Requests"
      beside={
        <>
          {hidden.length > 0 && (
            <Button size="small" look="quiet" onClick={go}>
              {hidden.length} new
            </Button>
          )}
          <Link to="/usage" className="card-link">
            All requests
          </Link>
        </>
      }
    >
      <Of query={{ ...query, data: rows }}>
        {(shown) =>
          shown.length === 0 ? (
            <Blank icon={MessagesSquare} title="No request yet">
              As soon as a tool asks for something, it appears here, with what it cost.
            </Blank>
          ) : (
            <div
              onPointerEnter={() => setFrozen(shown)}
              onPointerLeave={go}
              onFocus={() => setFrozen((now) => now ?? shown)}
              onBlur={go}
            >
              <LatestTable rows={shown} />
            </div>
          )
        }
      </Of>
    </Panel>
  );
}

function LatestTable({ rows }: { rows: Row[] }) {
  const colours = coloursOf('model', [...new Set(rows.map((row) => row.model))]);
  return (
    <table className="folds latest">
      <thead>
        <tr>
          <th scope="col">Request</th>
          <th scope="col">Branch</th>
          <th scope="col" className="n">
            In / out
          </th>
          <th scope="col" className="n">
            Cost
          </th>
          <th scope="col" className="n">
            Took
          </th>
          <th scope="col">When</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.requestId}>
            <td className="wide-name">
              <span className="thing">
                <i className="swatch" style={{ background: colours.get(row.model) ?? OTHER }} />
                <span className="cut">
                  <Link
                    to="/usage"
                    search={{ request: row.requestId }}
                    className="plain-link name"
                    title={`${row.model}: show this request`}
                  >
                    {row.model}
                  </Link>{' '}
                  <span className="muted">{kindOf(row.kind)}</span>
                </span>
              </span>
            </td>
            <td className="folded soft wide-name">
              {row.branch ? (
                <span className="cut" style={{ display: 'block' }} title={row.branch}>
                  {row.branch}
                </span>
              ) : (
                <Unknown why="The request named no branch." />
              )}
            </td>
            <td className="n soft folded">
              <Tokens count={(row.usage.inputTokens ?? 0) + (row.usage.cacheReadTokens ?? 0)} /> /{' '}
              <Tokens count={row.usage.outputTokens ?? 0} />
            </td>
            <td className="n">
              <Charge nano={row.costNanoUsd} digits={4} />
            </td>
            <td className="n soft folded">{duration(row.latencyMs)}</td>
            <td className="soft folded nowrap" title={endOf(row)}>
              <Ago at={row.at} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
