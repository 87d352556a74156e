import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Network, RefreshCw, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { answer, api, type Schemas } from '../../api/client.ts';
import { routesQuery } from '../../api/queries.ts';
import { count } from '../../format/number.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Blank } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Note } from '../../ui/note.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { FirstByte, LastError, Standing } from './health.tsx';
import { Told, Trial, tryOut } from './trial.tsx';

type Upstream = Schemas['Upstream'];

export function Providers({ upstreams, add }: { upstreams: Upstream[]; add: () => void }) {
  const [act, setAct] = useState<{ what: 'replace' | 'remove'; of: Upstream }>();
  const close = () => setAct(undefined);
  if (upstreams.length === 0)
    return (
      <Panel label="Providers">
        <Blank
          icon={Network}
          title="Only the built-in models answer"
          actions={
            <Button look="primary" onClick={add}>
              Add a provider
            </Button>
          }
        >
          Add a provider key, or start Ollama on this machine and it is found.
        </Blank>
      </Panel>
    );
  return (
    <div className="provider-cards">
      {upstreams.map((upstream) => (
        <One
          key={upstream.name}
          of={upstream}
          replace={() => setAct({ what: 'replace', of: upstream })}
          remove={() => setAct({ what: 'remove', of: upstream })}
        />
      ))}
      {act?.what === 'replace' && <Replace of={act.of} onClose={close} />}
      {act?.what === 'remove' && <Remove of={act.of} onClose={close} />}
    </div>
  );
}

function One({ of, replace, remove }: { of: Upstream; replace: () => void; remove: () => void }) {
  const { data: routes } = useQuery(routesQuery);
  const health = routes?.upstreams.find((one) => one.upstream === of.name);
  const serves = routes?.models.filter((one) => one.routes.some((route) => route.upstream === of.name)).length;
  return (
    <Panel
      title={of.name}
      beside={
        <>
          <Standing of={health} />
          <span className="tag push">{of.isAdded ? 'added here' : 'in the configuration'}</span>
        </>
      }
    >
      <div className="stack wide">
        <dl className="facts">
          <dt>Provider</dt>
          <dd>{of.provider}</dd>
          <dt>Key</dt>
          <dd>
            {of.secretLast4 ? (
              <span className="mono">••••••••••••{of.secretLast4}</span>
            ) : (
              <span className="muted">none stored here; the configuration may name one</span>
            )}
          </dd>
          <dt>Serves</dt>
          <dd>{serves === undefined ? '–' : count(serves, 'model')}</dd>
          <dt>Last error</dt>
          <dd>
            <LastError of={health} />
          </dd>
          <dt>First byte</dt>
          <dd>
            <FirstByte of={health} />
          </dd>
        </dl>
        <Trial asks={{ name: of.name }} />
        <div className="row">
          <Button onClick={replace} aria-label={`${of.secretLast4 ? 'Rotate the key' : 'Store a key'} of ${of.name}`}>
            <RefreshCw aria-hidden="true" />
            {of.secretLast4 ? 'Rotate the key' : 'Store a key'}
          </Button>
          {of.isAdded && (
            <Button look="quiet-danger" onClick={remove} aria-label={`Remove ${of.name}`}>
              <Trash2 aria-hidden="true" />
              Remove
            </Button>
          )}
          <span className="muted small">A key can be replaced, never read.</span>
        </div>
      </div>
    </Panel>
  );
}

/** Another key in the place of the present one: tried first, and taken only if it works or on demand. */
function Replace({ of, onClose }: { of: Upstream; onClose: () => void }) {
  const [secret, setSecret] = useState('');
  const client = useQueryClient();
  const put = useMutation({
    mutationFn: async (isSure: boolean) => {
      if (!isSure) {
        const trial = await tryOut({ name: of.name, secret });
        if (!trial.works) return trial;
      }
      await stepped(() =>
        answer(api.PUT('/api/v1/upstreams/{name}/secret', { params: { path: { name: of.name } }, body: { secret } })),
      );
      return undefined;
    },
    onSuccess: (failed) => {
      if (failed) return;
      void client.invalidateQueries();
      toast(`The key of ${of.name} is replaced`);
      onClose();
    },
  });
  const isEmpty = secret.trim() === '';
  return (
    <Dialog
      title={`${of.secretLast4 ? 'Another' : 'A'} key for ${of.name}`}
      onClose={onClose}
      onSubmit={() => !isEmpty && put.mutate(false)}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          {put.data && (
            <Button disabled={isEmpty || put.isPending} onClick={() => put.mutate(true)}>
              Store it all the same
            </Button>
          )}
          <Button type="submit" look="primary" disabled={isEmpty || put.isPending}>
            {put.isPending ? 'Asking the provider…' : 'Try it, then store it'}
          </Button>
        </>
      }
    >
      {put.error && <Refused error={put.error} />}
      <Field
        label="API key"
        type="password"
        autoComplete="off"
        value={secret}
        hint="Kept encrypted on the gateway, and sent to this provider alone. Nobody can read it again."
        onChange={(event) => {
          setSecret(event.target.value);
          put.reset();
        }}
      />
      {put.data && <Told of={put.data} />}
      {of.secretLast4 && (
        <Note>
          The present one ends in {of.secretLast4}. Requests that run go on with it; the next ones take the new one.
          Then revoke the old one at the provider.
        </Note>
      )}
    </Dialog>
  );
}

function Remove({ of, onClose }: { of: Upstream; onClose: () => void }) {
  const keep = useRef<HTMLButtonElement>(null);
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () =>
      stepped(() => answer(api.DELETE('/api/v1/upstreams/{name}', { params: { path: { name: of.name } } }))),
    onSuccess: () => {
      void client.invalidateQueries();
      toast(`${of.name} is removed`);
      onClose();
    },
  });
  return (
    <Dialog
      title={`Remove “${of.name}”?`}
      begin={keep}
      onClose={onClose}
      foot={
        <>
          <Button ref={keep} onClick={onClose}>
            Keep it
          </Button>
          <Button look="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
            Remove provider
          </Button>
        </>
      }
    >
      {remove.error && <Refused error={remove.error} />}
      <ul className="stack close soft">
        <li>Its models are no longer offered, unless another provider has them, too.</li>
        <li>What it has running goes on to its end.</li>
        <li>Its key is deleted. To have it back, somebody has to type it again.</li>
      </ul>
    </Dialog>
  );
}
