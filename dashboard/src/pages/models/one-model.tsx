/** One model: what clients see, and where it is served. */
import { useQuery } from '@tanstack/react-query';
import type { Schemas } from '../../api/client.ts';
import { routesQuery } from '../../api/queries.ts';
import { moneyPrice } from '../../format/money.ts';
import { percent, tokens } from '../../format/number.ts';
import { Unknown } from '../../ui/amount.tsx';
import { Of } from '../../ui/blank.tsx';
import { Drawer } from '../../ui/dialog.tsx';
import { Note } from '../../ui/note.tsx';
import { FirstByte, LastError, Standing, type Health } from './health.tsx';

type Model = Schemas['Model'];
type Routes = Schemas['ModelRoutes'];

export const ORIGINS: Record<Routes['origin'], string> = {
  configuration: 'the configuration',
  found: 'the provider’s own list',
  builtIn: 'the gateway itself',
};

export function OneModel({ model, onClose }: { model: Model; onClose: () => void }) {
  const query = useQuery(routesQuery);
  return (
    <Drawer title={model.id} onClose={onClose}>
      <Seen by={model} />
      <Of query={query}>
        {({ models, upstreams }) => {
          const found = models.find((one) => one.model === model.id);
          return found ? (
            <Served by={found} upstreams={upstreams} />
          ) : (
            <p className="soft">It is not served any more.</p>
          );
        }}
      </Of>
    </Drawer>
  );
}

const Seen = ({ by: { capabilities, contextWindow, pricing } }: { by: Model }) => (
  <section className="stack" aria-label="What clients see">
    <h3 className="label">What clients see</h3>
    <dl className="facts">
      <dt>Can</dt>
      <dd>
        <span className="row tight">
          {capabilities.map((capability) => (
            <span key={capability} className="tag">
              {capability}
            </span>
          ))}
        </span>
      </dd>
      <dt>Window</dt>
      <dd>{contextWindow ? `${tokens(contextWindow)} tokens` : <Unknown why="Nobody says how much fits." />}</dd>
      <dt>Price</dt>
      <dd>
        {pricing
          ? `${moneyPrice(pricing.inputNanoUsd)} in, ${moneyPrice(pricing.cacheReadNanoUsd)} cached, ${moneyPrice(pricing.outputNanoUsd)} out, per million tokens`
          : 'none: it is refused'}
      </dd>
    </dl>
  </section>
);

function Served({ by: { routes, origin, standsFor }, upstreams }: { by: Routes; upstreams: Health[] }) {
  const all = routes.reduce((sum, route) => sum + route.weight, 0);
  if (standsFor.length > 0)
    return (
      <section className="stack" aria-label="Stands for">
        <h3 className="label">Stands for, best first</h3>
        <ol className="stack close soft">
          {standsFor.map((name) => (
            <li key={name}>{name}</li>
          ))}
        </ol>
      </section>
    );
  return (
    <section className="stack wide" aria-label="Routes">
      <h3 className="label">{routes.length === 1 ? 'Its route' : `Its ${routes.length.toString()} routes`}</h3>
      {routes.map((route) => (
        <OneRoute
          key={`${route.upstream} ${route.upstreamModel}`}
          of={route}
          share={percent(route.weight, all)}
          health={upstreams.find((one) => one.upstream === route.upstream)}
        />
      ))}
      <Note>
        It comes from {ORIGINS[origin]}.{' '}
        {origin === 'configuration'
          ? 'Routes, weights, prices and the multiplier are changed in its [[model]] there; a reload puts them in force, and what runs is charged as it began.'
          : origin === 'found'
            ? 'To give it a weight, a price or a multiplier of yours, name it in a [[model]] of the configuration.'
            : 'It costs nothing, and answers where no provider does.'}
      </Note>
    </section>
  );
}

function OneRoute(props: { of: Schemas['ModelRoute']; share: string; health: Health | undefined }) {
  const { of: route, share, health } = props;
  return (
    <dl className="facts route">
      <dt>To</dt>
      <dd>
        <b className="strong">{route.upstream}</b>, as {route.upstreamModel}
      </dd>
      <dt>Weight</dt>
      <dd className="num">
        {route.weight} <span className="muted">({share} of the first choices)</span>
      </dd>
      <dt>Price</dt>
      <dd className="num">
        {route.pricing
          ? `${moneyPrice(route.pricing.inputNanoUsd)} in, ${moneyPrice(route.pricing.outputNanoUsd)} out`
          : 'none'}{' '}
        {route.multiplier !== '1' && <span className="tag">× {route.multiplier}</span>}
        <span className="under">{route.priceVersion ?? 'without a version: it is free, or has no price'}</span>
      </dd>
      <dt>Health</dt>
      <dd>
        <Standing of={health} />
      </dd>
      <dt>Last error</dt>
      <dd>
        <LastError of={health} />
      </dd>
      <dt>First byte</dt>
      <dd>
        <FirstByte of={health} />
      </dd>
    </dl>
  );
}
