import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request, type SessionResponse } from '../../api/people.ts';
import { sessionQuery, useSession } from '../../api/session.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';
import { PASSWORD_LETTERS_MIN } from '../sign-in/password-rule.ts';
import { Refused } from '../sign-in/sign-in.tsx';

export function Password() {
  const { member, hasPasskey } = useSession();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      stepped(() =>
        request<SessionResponse>('PUT', '/session/password', {
          new: next,
          ...(member.hasPassword ? { current } : {}),
        }),
      ),
    meta: { keepsSession: true },
    onSuccess: (session) => {
      client.setQueryData(sessionQuery.queryKey, session);
      setCurrent('');
      setNext('');
      toast('The password is changed; other browsers are signed out');
    },
  });
  const tooShort = next !== '' && next.length < PASSWORD_LETTERS_MIN;
  return (
    <Panel span={6} title="Password">
      <form
        className="stack wide"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {save.error && <Refused error={save.error} />}
        {member.hasPassword ? (
          <Field
            label="Present password"
            type="password"
            autoComplete="current-password"
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        ) : (
          <p className="soft">
            {hasPasskey
              ? 'You have none: a passkey signs you in.'
              : 'You have none yet: only a link that works once signs you in.'}
          </p>
        )}
        <Field
          label="New password"
          type="password"
          autoComplete="new-password"
          value={next}
          error={tooShort ? `At least ${PASSWORD_LETTERS_MIN.toString()} characters.` : undefined}
          hint="All other browsers are signed out when it changes."
          onChange={(event) => setNext(event.target.value)}
        />
        <div className="row">
          <Button type="submit" disabled={next === '' || tooShort || save.isPending}>
            {member.hasPassword ? 'Change the password' : 'Set a password'}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
