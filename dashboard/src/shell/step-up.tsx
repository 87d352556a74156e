/** Money, roles and secrets want to know that it is still the same person. */
import { useMutation } from '@tanstack/react-query';
import { useRef, useState, useSyncExternalStore } from 'react';
import { Refusal, asRefusal } from '../api/client.ts';
import { request, type SessionResponse } from '../api/people.ts';
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
  const [password, setPassword] = useState('');
  const field = useRef<HTMLInputElement>(null);
  const confirm = useMutation({
    mutationFn: () => request<SessionResponse>('POST', '/session/step-up', { password }),
    meta: { keepsSession: true },
    onSuccess: () => end(true),
  });
  const end = (isConfirmed: boolean) => {
    change(undefined);
    answer(isConfirmed);
  };
  return (
    <Dialog
      title="Confirm it is you"
      begin={field}
      onClose={() => end(false)}
      onSubmit={() => confirm.mutate()}
      foot={
        <>
          <Button onClick={() => end(false)}>Cancel</Button>
          <Button type="submit" look="primary" disabled={confirm.isPending || password === ''}>
            Confirm
          </Button>
        </>
      }
    >
      <p className="soft">This needs a fresh sign-in. It is good for a few minutes.</p>
      {confirm.error && (
        <Note tone="bad" role="alert">
          {asRefusal(confirm.error).message} {asRefusal(confirm.error).hint}
        </Note>
      )}
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        ref={field}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
    </Dialog>
  );
}
