import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Bot, Monitor, Pencil, RefreshCw, SquareTerminal, type LucideIcon } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { answer, api, type Schemas } from '../../api/client.ts';
import { deviceUsageQuery, devicesQuery } from '../../api/queries.ts';
import { count } from '../../format/number.ts';
import { date } from '../../format/time.ts';
import { Page } from '../../shell/page.tsx';
import { Ago, Charge, Unknown } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Segments } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { State, type Tone } from '../../ui/state.tsx';
import { toast } from '../../ui/toast.tsx';
import { Rename } from './rename.tsx';
import { RevokeDevice } from './revoke.tsx';
import { RotateDevice } from './rotate.tsx';
import { Where } from './where.tsx';
import './devices.css';

type Device = Schemas['Device'];

const Spark = lazy(() => import('../../ui/chart/spark.tsx'));

const NOW = 5 * 60_000;
const ASLEEP = 30 * 86_400_000;

const SHOWN = [
  ['active', 'Active'],
  ['revoked', 'Revoked'],
  ['all', 'All'],
] as const;

export function standingOf(device: Device, now = Date.now()): { tone: Tone; words: string } {
  if (device.revokedAt) return { tone: 'off', words: 'Revoked' };
  if (!device.lastSeenAt) return { tone: 'off', words: 'Not used yet' };
  const rest = now - new Date(device.lastSeenAt).getTime();
  if ((device.running ?? 0) > 0) return { tone: 'ok', words: `${(device.running ?? 0).toString()} running` };
  if (rest < NOW) return { tone: 'ok', words: 'In use' };
  return rest > ASLEEP ? { tone: 'off', words: 'Asleep' } : { tone: 'ok', words: 'Active' };
}

function iconOf({ client }: Device): LucideIcon {
  const name = (client.client ?? '').toLowerCase();
  if (/code|editor|vim|jetbrains|zed/.test(name)) return Monitor;
  return /sdk|api|bot|ci/.test(name) ? Bot : SquareTerminal;
}

function about(device: Device): string {
  const { os, client, version } = device.client;
  const program = [client, version].filter(Boolean).join(' ');
  return [os, program, `since ${date(new Date(device.createdAt))}`].filter(Boolean).join(' · ');
}

export function Devices() {
  const query = useQuery(devicesQuery);
  return (
    <Page
      title="Devices"
      lead="Each editor, terminal or script holds its own credential. Revoking one stops its next request at once and leaves the others alone."
    >
      <Of query={query}>{(devices) => (devices.length === 0 ? <NoDevice /> : <All devices={devices} />)}</Of>
    </Page>
  );
}

const NoDevice = () => (
  <Panel label="Devices">
    <Blank
      icon={Monitor}
      title="No device linked"
      actions={
        <Link to="/redeem" className="button" data-look="primary">
          Set up a tool
        </Link>
      }
    >
      Redeem a key in VS Code or run <code>token-tracker redeem</code>; the device appears here within a second.
    </Blank>
  </Panel>
);

function All({ devices }: { devices: Device[] }) {
  const [shown, setShown] = useState<(typeof SHOWN)[number][0]>('active');
  const [act, setAct] = useState<Act>();
  const { data: usage } = useQuery(deviceUsageQuery);
  const revoked = devices.filter((device) => device.revokedAt).length;
  const found = devices.filter((device) => shown === 'all' || Boolean(device.revokedAt) === (shown === 'revoked'));
  return (
    <Panel
      flush
      title={count(devices.length - revoked, 'device')}
      beside={
        <>
          {revoked > 0 && <span className="muted">and {revoked} revoked</span>}
          <span className="push row">
            <Segments label="Show" value={shown} options={SHOWN} onChange={setShown} />
            <Link to="/device" className="button">
              Link a device
            </Link>
          </span>
        </>
      }
    >
      {found.length === 0 ? (
        <Blank icon={Monitor} title="None in this state" />
      ) : (
        <div className="scroll">
          <table className="folds devices">
            <thead>
              <tr>
                <th scope="col">Device</th>
                <th scope="col">State</th>
                <th scope="col">Last seen</th>
                <th scope="col">Where</th>
                <th scope="col">30 days</th>
                <th scope="col" className="n">
                  Cost, 30 days
                </th>
                <th scope="col">
                  <span className="only-read">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {found.map((device) => (
                <Row
                  key={device.id}
                  device={device}
                  usage={usage?.get(device.id)}
                  act={(what) => setAct({ what, device })}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {act?.what === 'revoke' && <RevokeDevice device={act.device} onClose={() => setAct(undefined)} />}
      {act?.what === 'rotate' && <RotateDevice device={act.device} onClose={() => setAct(undefined)} />}
    </Panel>
  );
}

interface Act {
  what: 'revoke' | 'rotate';
  device: Device;
}

interface RowProps {
  device: Device;
  usage: { costs: number[]; cost: string } | undefined;
  act: (what: Act['what']) => void;
}

function Row({ device, usage, act }: RowProps) {
  const [renaming, setRenaming] = useState(false);
  const client = useQueryClient();
  const rename = useMutation({
    mutationFn: (name: string) =>
      answer(api.PATCH('/api/v1/devices/{id}', { params: { path: { id: device.id } }, body: { name } })),
    onSuccess: (_nothing, name) => {
      void client.invalidateQueries({ queryKey: ['devices'] });
      toast(`Renamed to ${name}`);
      setRenaming(false);
    },
  });
  const { tone, words } = standingOf(device);
  const Icon = iconOf(device);
  const state = (
    <State tone={tone} ended={Boolean(device.revokedAt)}>
      {words}
    </State>
  );
  return (
    <tr className={device.revokedAt ? 'closed' : undefined}>
      <td className="wide-name">
        <span className="thing">
          <span className="avatar" data-shape="square" aria-hidden="true">
            <Icon />
          </span>
          {renaming ? (
            <Rename
              name={device.name}
              error={rename.error}
              save={(name) => rename.mutate(name)}
              cancel={() => setRenaming(false)}
            />
          ) : (
            <span>
              <span className="name cut" style={{ display: 'block' }} title={device.name}>
                {device.name}
                {device.current && (
                  <>
                    {' '}
                    <span className="tag">this one</span>
                  </>
                )}
              </span>
              <span className="under cut">{about(device)}</span>
            </span>
          )}
        </span>
        {tone !== 'ok' && <span className="on-narrow beside-name">{state}</span>}
      </td>
      <td className="folded">{state}</td>
      <td className="soft folded">
        {device.lastSeenAt ? <Ago at={device.lastSeenAt} /> : <Unknown why="It has not sent a request yet." />}
      </td>
      <td className="folded wide-name">
        <Where addresses={device.addresses ?? []} />
      </td>
      <td className="folded">
        {usage && (
          <Suspense>
            <Spark values={usage.costs} label={`Cost of ${device.name} on each of the last 30 days`} />
          </Suspense>
        )}
      </td>
      <td className="n">{usage ? <Charge nano={usage.cost} /> : <span className="muted">$0</span>}</td>
      <td className="act">
        {device.revokedAt ? (
          <span className="small">history kept</span>
        ) : (
          <span className="row tight whole">
            <IconButton label={`Rename ${device.name}`} size="small" onClick={() => setRenaming(true)}>
              <Pencil aria-hidden="true" />
            </IconButton>
            <IconButton label={`Rotate the credential of ${device.name}`} size="small" onClick={() => act('rotate')}>
              <RefreshCw aria-hidden="true" />
            </IconButton>
            <Button look="quiet-danger" size="small" aria-label={`Revoke ${device.name}`} onClick={() => act('revoke')}>
              Revoke
            </Button>
          </span>
        )}
      </td>
    </tr>
  );
}
