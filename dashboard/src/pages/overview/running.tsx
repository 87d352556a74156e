/** What is using it now: requests that hold credit at this moment. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { Schemas } from '../../api/client.ts';
import { devicesQuery, runningQuery } from '../../api/queries.ts';
import { count, duration } from '../../format/number.ts';
import { Charge, Unknown } from '../../ui/amount.tsx';
import { coloursOf, OTHER } from '../../ui/chart/colours.ts';
import { Panel } from '../../ui/panel.tsx';
import { kindOf } from '../usage/words.ts';

type Running = Schemas['RunningRequest'];

const SHOWN = 8;
const TICK_MS = 1000;

/** A clock for as long as something runs. */
function useNow(isNeeded: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isNeeded) return;
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, [isNeeded]);
  return now;
}

export function Running({ isAll }: { isAll: boolean }) {
  const { data: running } = useQuery(runningQuery);
  const { data: devices } = useQuery(devicesQuery);
  const all = running ?? [];
  const now = useNow(all.length > 0);
  const held = all.reduce((sum, one) => sum + BigInt(one.heldNanoUsd), 0n);
  const colours = coloursOf('model', [...new Set(all.map((one) => one.model))]);
  return (
    <Panel
      flush
      title="Using it now"
      beside={
        <span className="muted small" role="status">
          {running === undefined ? (
            ''
          ) : all.length === 0 ? (
            isAll ? (
              'Nothing runs at this gateway.'
            ) : (
              'Nothing of yours runs.'
            )
          ) : (
            <>
              {count(all.length, 'request')}, <Charge nano={held} /> held
            </>
          )}
        </span>
      }
    >
      {all.length > 0 && (
        <table className="folds latest">
          <thead>
            <tr>
              <th scope="col">Request</th>
              <th scope="col">Device</th>
              <th scope="col">Where</th>
              <th scope="col" className="n">
                Held, at most
              </th>
              <th scope="col" className="n">
                For
              </th>
            </tr>
          </thead>
          <tbody>
            {all.slice(0, SHOWN).map((one) => (
              <tr key={one.requestId}>
                <td className="wide-name">
                  <span className="thing">
                    <i className="swatch pulse" style={{ background: colours.get(one.model) ?? OTHER }} />
                    <span className="cut">
                      <span className="name">{one.model}</span> <span className="muted">{kindOf(one.kind)}</span>
                    </span>
                  </span>
                </td>
                <td className="folded soft wide-name">
                  <DeviceName of={one} devices={devices} />
                </td>
                <td className="folded soft wide-name">
                  {one.branch ? (
                    <span className="cut" style={{ display: 'block' }} title={one.repository ?? one.branch}>
                      {one.branch}
                    </span>
                  ) : (
                    <Unknown why="The request named no branch." />
                  )}
                </td>
                <td className="n">
                  <Charge nano={one.heldNanoUsd} digits={4} />
                </td>
                <td className="n soft num">{duration(Math.max(0, now - new Date(one.at).getTime()))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {all.length > SHOWN && <p className="rows-end">{count(all.length - SHOWN, 'more', 'more')} run</p>}
    </Panel>
  );
}

function DeviceName({ of, devices }: { of: Running; devices: Schemas['Device'][] | undefined }) {
  const name = devices?.find((device) => device.id === of.deviceId)?.name;
  if (name === undefined) return <Unknown why="The device is not in the list." />;
  return (
    <Link
      to="/usage"
      search={{ device: of.deviceId }}
      className="plain-link cut"
      style={{ display: 'block' }}
      title={name}
    >
      {name}
    </Link>
  );
}
