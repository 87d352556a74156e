/** Money, roles and secrets want to know that it is still the same person. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Fingerprint } from 'lucide-react';
import { useRef, useState, useSyncExternalStore } from 'react';
import { Refusal, asRefusal } from '../api/client.ts';
import { browserHasPasskeys, stepUpByPasskey } from '../api/passkeys.ts';
import { request, type SessionResponse } from '../api/people.ts';
import { sessionQuery } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Field } from '../ui/field.tsx';
import { Note } from '../ui/note.tsx';

type Answer = (isConfirmed: boolean) => void;

let asking: Answer | undefined;
const listeners = new Set<() => void>();

function change(next: Answer | undefined) {
  asking = next;
  for (const listener of listeners) listener();
}

const ask = (): Promise<boolean> => new Promise((resolve) => change(resolve));

/** Does it; where the gateway wants a fresh sign-in, asks for it and does it again. */
export async function stepped<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'step_up_required') throw error;
    if (!(await ask())) throw error;
    return act();
  }
}

export function StepUp() {
  const answer = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => asking,
  );
  return answer ? <Ask answer={answer} /> : null;
}

function Ask({ answer }: { answer: Answer }) {
  const session = useQuery(sessionQuery).data;
  const [password, setPassword] = useState('');
  const begin = useRef<HTMLButtonElement | HTMLInputElement | null>(null);
  const withPassword = session?.member.hasPassword !== false;
  const withPasskey = session?.hasPasskey === true && browserHasPasskeys();
  const end = (isConfirmed: boolean) => {
    change(undefined);
    answer(isConfirmed);
  };
  const confirm = useMutation({
    mutationFn: (way: 'password' | 'passkey') =>
      way === 'passkey' ? stepUpByPasskey() : request<SessionResponse>('POST', '/session/step-up', { password }),
    meta: { keepsSession: true },
    onSuccess: () => end(true),
  });
  return (
    <Dialog
      title="Confirm it is you"
      begin={begin}
      onClose={() => end(false)}
      onSubmit={() => confirm.mutate('password')}
      foot={
        <>
          <Button onClick={() => end(false)}>Cancel</Button>
          {withPassword && (
            <Button type="submit" look="primary" disabled={confirm.isPending || password === ''}>
              Confirm
            </Button>
          )}
        </>
      }
    >
      <p className="soft">This needs a fresh sign-in. It is good for a few minutes.</p>
      {confirm.error && (
        <Note tone="bad" role="alert">
          {asRefusal(confirm.error).message} {asRefusal(confirm.error).hint}
        </Note>
      )}
      {withPasskey && (
        <Button
          ref={(button) => {
            begin.current = button;
          }}
          width="full"
          disabled={confirm.isPending}
          onClick={() => confirm.mutate('passkey')}
        >
          <Fingerprint aria-hidden="true" />
          Confirm with a passkey
        </Button>
      )}
      {withPassword && (
        <Field
          label={withPasskey ? 'Or your password' : 'Password'}
          type="password"
          autoComplete="current-password"
          ref={(input) => {
            if (!withPasskey) begin.current = input;
          }}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      )}
      {!withPassword && !withPasskey && (
        <Note tone="warn">
          You have no password, and no passkey that works at this address. An owner or admin can make you a link that
          signs you in once; after it you are asked for nothing for ten minutes, and can set a password.
        </Note>
      )}
    </Dialog>
  );
}
