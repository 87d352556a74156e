import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '../../api/client.ts';
import { request } from '../../api/people.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { CodeLine } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field, Segments } from '../../ui/field.tsx';
import { Note } from '../../ui/note.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

type Kind = Schemas['ChannelKind'];

const KINDS = [
  ['email', 'E-mail'],
  ['webhook', 'Webhook'],
] as const;

export function AddChannel({ canMail, onClose }: { canMail: boolean; onClose: () => void }) {
  const [kind, setKind] = useState<Kind>(canMail ? 'email' : 'webhook');
  const [name, setName] = useState('');
  const [to, setTo] = useState('');
  const [url, setUrl] = useState('');
  const client = useQueryClient();
  const people = to
    .split(/[\s,;]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const add = useMutation({
    mutationFn: () =>
      stepped(() =>
        request<Schemas['ChannelCreated']>('POST', '/alerts/channels', {
          kind,
          name: name.trim(),
          ...(kind === 'email' ? { to: people } : { url: url.trim() }),
        }),
      ),
    onSuccess: ({ secret }) => {
      if (!secret) onClose();
      return client.invalidateQueries({ queryKey: ['alerts', 'channels'] });
    },
  });
  if (add.data?.secret) return <Secret secret={add.data.secret} onClose={onClose} />;
  const isReady = name.trim() !== '' && (kind === 'email' ? people.length > 0 : url.trim() !== '');
  return (
    <Dialog
      title="Add a channel"
      onClose={onClose}
      onSubmit={() => add.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={add.isPending || !isReady}>
            {kind === 'email' ? 'Add the e-mail' : 'Add the webhook'}
          </Button>
        </>
      }
    >
      {add.error && <Refused error={add.error} />}
      <Segments label="Kind" value={kind} options={KINDS} onChange={setKind} />
      {kind === 'email' && !canMail && (
        <Note tone="warn">The configuration names no mail server yet: nothing will be sent until it does.</Note>
      )}
      <Field
        label="Name"
        value={name}
        placeholder={kind === 'email' ? 'On call' : 'Pager'}
        onChange={(event) => setName(event.target.value)}
      />
      {kind === 'email' ? (
        <Field
          label="To"
          inputMode="email"
          autoComplete="off"
          value={to}
          hint="One address or several, with commas between them."
          onChange={(event) => setTo(event.target.value)}
        />
      ) : (
        <Field
          label="Address"
          type="url"
          className="mono"
          placeholder="https://ops.example.com/hook"
          value={url}
          hint="It gets a signed JSON message. Private addresses have to be listed in the configuration."
          onChange={(event) => setUrl(event.target.value)}
        />
      )}
    </Dialog>
  );
}

const Secret = ({ secret, onClose }: { secret: string; onClose: () => void }) => (
  <Dialog
    title="Keep the secret"
    mustAnswer
    onClose={onClose}
    foot={
      <Button look="primary" onClick={onClose}>
        I have saved it
      </Button>
    }
  >
    <p className="soft">
      Each message is signed with it, so that the receiver knows that it is from here. It is shown once and nowhere
      else.
    </p>
    <CodeLine name="The secret">{secret}</CodeLine>
  </Dialog>
);
