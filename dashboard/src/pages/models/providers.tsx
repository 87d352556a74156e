import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Network, RefreshCw, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import { answer, api, type Schemas } from '../../api/client.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Blank } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Note } from '../../ui/note.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

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

const One = ({ of, replace, remove }: { of: Upstream; replace: () => void; remove: () => void }) => (
  <Panel
    title={of.name}
    beside={<span className="tag push">{of.isAdded ? 'added here' : 'in the configuration'}</span>}
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
      </dl>
      <div className="row">
        <Button onClick={replace}>
          <RefreshCw aria-hidden="true" />
          {of.secretLast4 ? 'Replace key' : 'Store a key'}
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

function Replace({ of, onClose }: { of: Upstream; onClose: () => void }) {
  const [secret, setSecret] = useState('');
  const client = useQueryClient();
  const put = useMutation({
    mutationFn: () =>
      stepped(() =>
        answer(api.PUT('/api/v1/upstreams/{name}/secret', { params: { path: { name: of.name } }, body: { secret } })),
      ),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['upstreams'] });
      toast(`The key of ${of.name} is replaced`);
      onClose();
    },
  });
  return (
    <Dialog
      title={`A key for ${of.name}`}
      onClose={onClose}
      onSubmit={() => put.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={secret.trim() === '' || put.isPending}>
            Store the key
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
        onChange={(event) => setSecret(event.target.value)}
      />
      {of.secretLast4 && <Note>The present one ends in {of.secretLast4}. Requests that run go on with it.</Note>}
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
