import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { request, type Invitation, type Role } from '../../api/people.ts';
import { useSession } from '../../api/session.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { OneTimeLink, ROLES } from './acts.tsx';

export function Invite({ onClose }: { onClose: () => void }) {
  const { member: self } = useSession();
  const [role, setRole] = useState<Role>('member');
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const client = useQueryClient();
  const invite = useMutation({
    mutationFn: () =>
      stepped(() =>
        request<{ url: string; invitation: Invitation }>('POST', '/invitations', {
          role,
          ...(name.trim() === '' ? {} : { name: name.trim() }),
          ...(email.trim() === '' ? {} : { email: email.trim() }),
        }),
      ),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['invitations'] }),
  });
  if (invite.data)
    return (
      <Dialog
        title="Send them this link"
        onClose={onClose}
        foot={
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <OneTimeLink url={invite.data.url} expiresAt={invite.data.invitation.expiresAt} />
      </Dialog>
    );
  const options = ROLES.filter(([one]) => one !== 'owner' || self.role === 'owner');
  return (
    <Dialog
      title="Invite somebody"
      onClose={onClose}
      onSubmit={() => invite.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={invite.isPending}>
            Make the invitation
          </Button>
        </>
      }
    >
      {invite.error && <Refused error={invite.error} />}
      <Choice label="Role" value={role} options={options} onChange={setRole} />
      <Field
        label="Name, if you know it"
        value={name}
        hint="They may choose another one."
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label="E-mail, if you know it"
        type="email"
        value={email}
        hint="Nothing is sent: you get a link to hand on."
        onChange={(event) => setEmail(event.target.value)}
      />
    </Dialog>
  );
}
