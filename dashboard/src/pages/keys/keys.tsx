import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Ellipsis, KeyRound, Plus, Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { keysQuery } from '../../api/queries.ts';
import type { Schemas } from '../../api/client.ts';
import { count } from '../../format/number.ts';
import { Page } from '../../shell/page.tsx';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { Left, OnDay } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Segments } from '../../ui/field.tsx';
import { Measure } from '../../ui/measure.tsx';
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx';
import { Panel } from '../../ui/panel.tsx';
import { State } from '../../ui/state.tsx';
import { GiveCredit, TakeBack } from './credit.tsx';
import { Mint } from './mint.tsx';
import { Revoke } from './revoke.tsx';
import { isClosed, madeOn, matches, nameOf, standingOf } from './standing.ts';
import { KeyTotals } from './totals.tsx';
import './keys.css';

type Key = Schemas['KeySummary'];
type Act = { what: 'revoke' | 'give' | 'take'; key: Key };

const SHOWN = [
  ['open', 'Open'],
  ['closed', 'Closed'],
  ['all', 'All'],
] as const;

export function Keys() {
  const query = useQuery(keysQuery);
  const { show } = useSearch({ from: '/inside/office/keys' });
  const navigate = useNavigate();
  const [act, setAct] = useState<Act>();
  const mint = (isOpen: boolean) => void navigate({ to: '/keys', search: isOpen ? { show: 'mint' } : {} });
  useShortcuts({ m: () => mint(true) });
  const close = () => setAct(undefined);
  return (
    <Page title="Token keys">
      <Of query={query} rows={6}>
        {(keys) =>
          keys.length === 0 ? <NoKeys mint={() => mint(true)} /> : <All keys={keys} mint={mint} act={setAct} />
        }
      </Of>
      {show === 'mint' && <Mint onClose={() => mint(false)} />}
      {act?.what === 'revoke' && <Revoke keyToStop={act.key} onClose={close} />}
      {act?.what === 'give' && <GiveCredit to={act.key} onClose={close} />}
      {act?.what === 'take' && <TakeBack from={act.key} onClose={close} />}
    </Page>
  );
}

const NoKeys = ({ mint }: { mint: () => void }) => (
  <Panel label="Token keys">
    <Blank
      icon={KeyRound}
      title="No keys yet"
      actions={
        <Button look="primary" onClick={mint}>
          Mint the first key
        </Button>
      }
    >
      A key carries credit and a set of models. Hand it to a person; they need no account at any provider.
    </Blank>
  </Panel>
);

function All({ keys, mint, act }: { keys: Key[]; mint: (isOpen: boolean) => void; act: (act: Act) => void }) {
  const [text, setText] = useState('');
  const [shown, setShown] = useState<(typeof SHOWN)[number][0]>('open');
  const wanted = useDeferredValue(text.trim());
  const found = keys.filter(
    (key) => (shown === 'all' || isClosed(key) === (shown === 'closed')) && (wanted === '' || matches(key, wanted)),
  );
  return (
    <>
      <KeyTotals keys={keys} />
      <Panel
        flush
        label="All keys"
        beside={
          <>
            <label className="only-read" htmlFor="find-key">
              Find a key
            </label>
            <input
              id="find-key"
              type="search"
              className="input find-field"
              placeholder="Note, state, last four"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <Segments label="Show" value={shown} options={SHOWN} onChange={setShown} />
            <span className="push">
              <Button look="primary" onClick={() => mint(true)}>
                <Plus aria-hidden="true" />
                Mint keys
                <kbd className="on-wide" aria-hidden="true">
                  M
                </kbd>
              </Button>
            </span>
          </>
        }
      >
        {found.length === 0 ? (
          <Blank
            icon={Search}
            title="No key is like this"
            actions={
              <Button
                onClick={() => {
                  setText('');
                  setShown('all');
                }}
              >
                Show all {count(keys.length, 'key')}
              </Button>
            }
          >
            {wanted === '' ? 'There is none in this state.' : `Nothing matches “${wanted}”.`}
          </Blank>
        ) : (
          <KeyTable keys={found} act={act} />
        )}
      </Panel>
    </>
  );
}

const KeyTable = ({ keys, act }: { keys: Key[]; act: (act: Act) => void }) => (
  <div className="scroll">
    <table className="folds">
      <thead>
        <tr>
          <th scope="col">Note</th>
          <th scope="col">State</th>
          <th scope="col">
            <span className="only-read">Measure</span>
          </th>
          <th scope="col" className="n">
            Left
          </th>
          <th scope="col" className="n">
            Of
          </th>
          <th scope="col">Models</th>
          <th scope="col" className="n">
            Devices
          </th>
          <th scope="col" className="n">
            Expires
          </th>
          <th scope="col">
            <span className="only-read">Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {keys.map((key) => (
          <Row key={key.id} of={key} act={act} />
        ))}
      </tbody>
    </table>
  </div>
);

function Row({ of: key, act }: { of: Key; act: (act: Act) => void }) {
  const { tone, words, ended } = standingOf(key);
  const name = nameOf(key);
  const closed = isClosed(key);
  const state = (
    <State tone={tone} ended={ended}>
      {words}
    </State>
  );
  return (
    <tr className={closed ? 'closed' : undefined}>
      <td className="wide-name">
        <span className="name cut" style={{ display: 'block' }} title={name}>
          {name}
        </span>
        <span className="under">
          {key.label !== null && key.label !== undefined && `…${key.last4} · `}
          {madeOn(key)}
        </span>
        {key.state !== 'active' && <span className="on-narrow">{state}</span>}
      </td>
      <td className="folded">{state}</td>
      <td className="folded measure-cell">
        {closed ? <span className="small">closed, the rest went back</span> : <Measure of={key} size="small" />}
      </td>
      <td className="n strong">{closed ? '–' : <Left nano={key.availableNanoUsd} />}</td>
      <td className="n muted folded">
        <Left nano={key.grantedNanoUsd} />
      </td>
      <td className="folded soft">{key.models ? count(key.models.length, 'model') : 'all'}</td>
      <td className="n soft folded">
        {key.devicesEnrolled} / {key.devices}
      </td>
      <td className="n soft folded">{key.expiresAt ? <OnDay at={key.expiresAt} /> : 'never'}</td>
      <td className="act">
        {!closed && (
          <Menu
            trigger={
              <IconButton label={`Actions for ${name}`} size="small">
                <Ellipsis aria-hidden="true" />
              </IconButton>
            }
          >
            <MenuItem onSelect={() => act({ what: 'give', key })}>Give more credit…</MenuItem>
            <MenuItem onSelect={() => act({ what: 'take', key })}>Take credit back…</MenuItem>
            <MenuLine />
            <MenuItem tone="bad" onSelect={() => act({ what: 'revoke', key })}>
              Revoke…
            </MenuItem>
          </Menu>
        )}
      </td>
    </tr>
  );
}
