/** A provider asked for its models, with a key that is not kept yet. */
import { useMutation } from '@tanstack/react-query';
import { PlugZap } from 'lucide-react';
import { answer, api, type Schemas } from '../../api/client.ts';
import { count, duration } from '../../format/number.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Note } from '../../ui/note.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

export type Asked = Schemas['UpstreamTrialRequest'];
export type Outcome = Schemas['UpstreamTrial'];

export const tryOut = (body: Asked): Promise<Outcome> =>
  stepped(() => answer(api.POST('/api/v1/upstream-trials', { body })));

export function Told({ of: trial }: { of: Outcome }) {
  return (
    <Note tone={trial.works ? 'ok' : 'bad'} role="status">
      <b>{trial.message}</b>{' '}
      {trial.works
        ? `${count(trial.models, 'model')} in ${duration(trial.tookMs)}${trial.examples.length > 0 ? `: ${trial.examples.join(', ')}${trial.models > trial.examples.length ? ' …' : ''}.` : '.'}`
        : `${trial.status ? `It answered ${trial.status.toString()}. ` : ''}${trial.hint}`}
    </Note>
  );
}

/** A button that tries what is in the form, and says beside it what came of it. */
export function Trial({ asks, disabled }: { asks: Asked; disabled?: boolean }) {
  const trial = useMutation({ mutationFn: () => tryOut(asks) });
  return (
    <div className="stack">
      <div className="row">
        <Button disabled={disabled ?? trial.isPending} onClick={() => trial.mutate()}>
          <PlugZap aria-hidden="true" />
          {trial.isPending ? 'Asking…' : 'Test the connection'}
        </Button>
        <span className="muted small">Asks for its list of models. Nothing is kept, nothing is charged.</span>
      </div>
      {trial.error && <Refused error={trial.error} />}
      {trial.data && <Told of={trial.data} />}
    </div>
  );
}
