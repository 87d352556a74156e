import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { KeyRound, Plus, Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { membersQuery, teamsQuery } from '../../api/people-queries.ts';
import { keysQuery } from '../../api/queries.ts';
import type { Schemas } from '../../api/client.ts';
import { count } from '../../format/number.ts';
import { Page } from '../../shell/page.tsx';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { Left, OnDay } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/field.tsx';
import { Measure } from '../../ui/measure.tsx';
import { Panel } from '../../ui/panel.tsx';
import { State } from '../../ui/state.tsx';
import { KeyDialog, KeyMenu, type KeyAct } from './acts.tsx';
import { ruleOf } from './allowance.tsx';
import { Mint } from './mint.tsx';
import { isClosed, madeOn, matches, nameOf, standingOf } from './standing.ts';
import { KeyTotals } from './totals.tsx';
import './keys.css';

type Key = Schemas['KeySummary'];

const SHOWN = [
  ['open', 'Open'],
  ['closed', 'Closed'],
  ['all', 'All'],
] as const;

export function Keys() {
  const query = useQuery(keysQuery);
  const { show } = useSearch({ from: '/inside/office/keys' });
  const navigate = useNavigate();
  const [act, setAct] = useState<KeyAct>();
  // A pool is a lot without a code that anybody has: it stands with its team.
  const { data: teams } = useQuery(teamsQuery);
  const pools = new Set(teams?.map((team) => team.pool.keyId));
  const mint = (isOpen: boolean) => void navigate({ to: '/keys', search: isOpen ? { show: 'mint' } : {} });
  useShortcuts({ m: () => mint(true) });
  const close = () => setAct(undefined);
  return (
    <Page title="Token keys">
      <Of query={query} rows={6}>
        {(all) => {
          const keys = all.filter((key) => !pools.has(key.id));
          return keys.length === 0 ? <NoKeys mint={() => mint(true)} /> : <All keys={keys} mint={mint} act={setAct} />;
        }}
      </Of>
      {show === 'mint' && <Mint onClose={() => mint(false)} />}
      <KeyDialog act={act} onClose={close} />
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

function All({ keys, mint, act }: { keys: Key[]; mint: (isOpen: boolean) => void; act: (act: KeyAct) => void }) {
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

const KeyTable = ({ keys, act }: { keys: Key[]; act: (act: KeyAct) => void }) => (
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

function Row({ of: key, act }: { of: Key; act: (act: KeyAct) => void }) {
  const { tone, words, ended } = standingOf(key);
  const name = nameOf(key);
  const closed = isClosed(key);
  const { data: members } = useQuery(membersQuery);
  const owner = members?.find((member) => member.id === key.memberId)?.name;
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
        <span className="under cut">
          {[
            key.label === null || key.label === undefined ? '' : `…${key.last4}`,
            owner ?? '',
            key.allowance ? ruleOf(key.allowance) : '',
            madeOn(key),
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
        {key.state !== 'active' && <span className="on-narrow">{state}</span>}
      </td>
      <td className="folded">{state}</td>
      <td className="folded measure-cell">
        {closed && BigInt(key.availableNanoUsd) <= 0n ? (
          <span className="small">closed, the rest went back</span>
        ) : (
          <Measure of={key} size="small" />
        )}
      </td>
      <td className="n strong">
        {closed && BigInt(key.availableNanoUsd) <= 0n ? '–' : <Left nano={key.availableNanoUsd} />}
      </td>
      <td className="n muted folded">
        <Left nano={key.grantedNanoUsd} />
      </td>
      <td className="folded soft">{key.models ? count(key.models.length, 'model') : 'all'}</td>
      <td className="n soft folded">
        {key.devicesEnrolled} / {key.devices}
      </td>
      <td className="n soft folded">{key.expiresAt ? <OnDay at={key.expiresAt} /> : 'never'}</td>
      <td className="act">
        <KeyMenu of={key} act={act} />
      </td>
    </tr>
  );
}
