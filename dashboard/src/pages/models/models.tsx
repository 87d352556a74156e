import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Network, Plus, Search } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import type { Schemas } from '../../api/client.ts';
import { modelsQuery, routesQuery, upstreamsQuery } from '../../api/queries.ts';
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
import { Standing } from './health.tsx';
import { OneModel } from './one-model.tsx';
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
  const [open, setOpen] = useState<Model>();
  const { data: routes } = useQuery(routesQuery);
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
                <th scope="col">Served by</th>
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
                <Line
                  key={model.id}
                  model={model}
                  served={routes?.models.find((one) => one.model === model.id)}
                  upstreams={routes?.upstreams ?? []}
                  open={() => setOpen(model)}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {open && <OneModel model={open} onClose={() => setOpen(undefined)} />}
    </>
  );
}

interface LineProps {
  model: Model;
  served: Schemas['ModelRoutes'] | undefined;
  upstreams: Schemas['UpstreamHealth'][];
  open: () => void;
}

/** The upstream of a model's heaviest route stands for it, and how many more there are. */
function Served({ served, upstreams }: Pick<LineProps, 'served' | 'upstreams'>) {
  if (!served) return <Unknown why="Where it is served is being looked up." />;
  if (served.standsFor.length > 0)
    return <span className="soft">one of {count(served.standsFor.length, 'model')}</span>;
  const [first] = [...served.routes].sort((one, other) => other.weight - one.weight);
  if (!first) return <Unknown why="It has no route." />;
  const health = upstreams.find((one) => one.upstream === first.upstream);
  const factor = first.multiplier === '1' ? '' : ` · × ${first.multiplier}`;
  return (
    <span>
      <span className="soft cut" style={{ display: 'block' }} title={first.upstream}>
        {first.upstream}
        {served.routes.length > 1 && ` and ${(served.routes.length - 1).toString()} more`}
        {factor}
      </span>
      {served.origin === 'builtIn' ? <span className="under">part of the gateway</span> : <Standing of={health} />}
    </span>
  );
}

function Line({ model, served, upstreams, open }: LineProps) {
  const { id, capabilities, contextWindow, pricing } = model;
  const state = pricing ? <State tone="ok">Offered</State> : <State tone="warn">Refused, no price</State>;
  return (
    <tr className="opens" onClick={open}>
      <td className="wide-name">
        <button
          type="button"
          className="plain-link name cut"
          style={{ maxWidth: '100%' }}
          title={`${id}: show its routes`}
        >
          {id}
        </button>
        {!pricing && <span className="on-narrow">{state}</span>}
      </td>
      <td className="folded">{state}</td>
      <td className="folded wide-name">
        <Served served={served} upstreams={upstreams} />
      </td>
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
