import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request } from '../../api/people.ts';
import { useSession } from '../../api/session.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

export function Profile() {
  const { member } = useSession();
  const [name, setName] = useState(member.name);
  const [email, setEmail] = useState(member.email ?? '');
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () => stepped(() => request<unknown>('PATCH', `/members/${member.id}`, { name, email })),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['session'] });
      toast('Saved');
    },
  });
  const isSame = name === member.name && email === (member.email ?? '');
  return (
    <Panel span={6} title="You">
      <form
        className="stack wide"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {save.error && <Refused error={save.error} />}
        <Field
          label="Name"
          required
          autoComplete="name"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Field
          label="E-mail"
          type="email"
          autoComplete="email"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <div className="row">
          <Button type="submit" disabled={isSame || name.trim() === '' || save.isPending}>
            Save
          </Button>
          <span className="muted small">Your role here is {member.role}.</span>
        </div>
      </form>
    </Panel>
  );
}
