import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Network, Plus, Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import type { Schemas } from '../../api/client.ts';
import { modelsQuery, upstreamsQuery } from '../../api/queries.ts';
import { moneyPrice } from '../../format/money.ts';
import { count, tokens } from '../../format/number.ts';
import { Page } from '../../shell/page.tsx';
import { Unknown } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { State } from '../../ui/state.tsx';
import { AddProvider } from './add-provider.tsx';
import { Providers } from './providers.tsx';
import './models.css';

type Model = Schemas['Model'];

const VIEWS = [
  ['models', 'Models'],
  ['providers', 'Providers'],
] as const;

/** What clients can ask for, and where it comes from. */
export function Models() {
  const [view, setView] = useState<(typeof VIEWS)[number][0]>('models');
  const { show } = useSearch({ from: '/inside/office/models' });
  const navigate = useNavigate();
  const models = useQuery(modelsQuery);
  const upstreams = useQuery(upstreamsQuery);
  const add = (isOpen: boolean) => void navigate({ to: '/models', search: isOpen ? { show: 'add' } : {} });
  return (
    <Page title="Models and providers">
      <div className="row between">
        <Segments label="View" value={view} options={VIEWS} onChange={setView} />
        <Button look="primary" onClick={() => add(true)}>
          <Plus aria-hidden="true" />
          Add a provider
        </Button>
      </div>
      {view === 'models' ? (
        <>
          <Panel flush label="Models">
            <Of query={models} rows={6}>
              {(all) => (all.length === 0 ? <NoModels add={() => add(true)} /> : <ModelTable models={all} />)}
            </Of>
          </Panel>
          <p className="muted small">
            Prices in USD per million tokens. A model without a price is refused until you set one in the configuration,
            or declare it free there.
          </p>
        </>
      ) : (
        <Of query={upstreams}>{(all) => <Providers upstreams={all} add={() => add(true)} />}</Of>
      )}
      {show === 'add' && <AddProvider onClose={() => add(false)} />}
    </Page>
  );
}

const NoModels = ({ add }: { add: () => void }) => (
  <Blank
    icon={Network}
    title="No model yet"
    actions={
      <Button look="primary" onClick={add}>
        Add a provider
      </Button>
    }
  >
    Add a provider key, or start Ollama on this machine and it is found.
  </Blank>
);

function ModelTable({ models }: { models: Model[] }) {
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const found = models.filter(({ id, capabilities }) =>
    `${id} ${capabilities.join(' ')}`.toLowerCase().includes(wanted),
  );
  return (
    <>
      <div className="card-head">
        <label className="only-read" htmlFor="find-model">
          Find a model
        </label>
        <input
          id="find-model"
          type="search"
          className="input find-model"
          placeholder="Name or ability"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <span className="muted num">{count(found.length, 'model')}</span>
      </div>
      {found.length === 0 ? (
        <Blank icon={Search} title="No model is called like this" />
      ) : (
        <div className="scroll">
          <table className="folds">
            <thead>
              <tr>
                <th scope="col">Model, as clients ask for it</th>
                <th scope="col">State</th>
                <th scope="col">Can</th>
                <th scope="col" className="n">
                  Window
                </th>
                <th scope="col" className="n">
                  Input
                </th>
                <th scope="col" className="n">
                  Cached
                </th>
                <th scope="col" className="n">
                  Output
                </th>
              </tr>
            </thead>
            <tbody>
              {found.map((model) => (
                <Line key={model.id} model={model} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}

function Line({ model: { id, capabilities, contextWindow, pricing } }: { model: Model }) {
  const state = pricing ? <State tone="ok">Offered</State> : <State tone="warn">Refused, no price</State>;
  return (
    <tr>
      <td className="wide-name">
        <span className="name cut" style={{ display: 'block' }} title={id}>
          {id}
        </span>
        {!pricing && <span className="on-narrow">{state}</span>}
      </td>
      <td className="folded">{state}</td>
      <td className="folded">
        <span className="row tight">
          {capabilities.map((capability) => (
            <span key={capability} className="tag">
              {capability}
            </span>
          ))}
        </span>
      </td>
      <td className="n soft folded">
        {contextWindow ? tokens(contextWindow) : <Unknown why="The provider does not say how much fits." />}
      </td>
      <td className="n">{pricing ? moneyPrice(pricing.inputNanoUsd) : <Unknown why="It has no price." />}</td>
      <td className="n soft folded">{pricing ? moneyPrice(pricing.cacheReadNanoUsd) : '–'}</td>
      <td className="n folded">{pricing ? moneyPrice(pricing.outputNanoUsd) : '–'}</td>
    </tr>
  );
}
