/** Who may see what one's assistants used: nobody, unless one says so. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { answer, api } from '../../api/client.ts';
import { pictureUrl, sharingQuery, type Sharing } from '../../api/sharing.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { CodeLine } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';

export function SharingPanel() {
  const query = useQuery(sharingQuery);
  return (
    <Panel span={6} title="Sharing">
      {/* What was saved or deleted begins the form anew. */}
      <Of query={query}>{(sharing) => <Form key={JSON.stringify(sharing)} now={sharing} />}</Of>
    </Panel>
  );
}

const HANDLE = /^[a-z0-9](?:[a-z0-9-]{1,28})[a-z0-9]$/;

function Form({ now }: { now: Sharing }) {
  const [handle, setHandle] = useState(now.handle ?? '');
  const [name, setName] = useState(now.name);
  const [isPublic, setPublic] = useState(now.isPublic);
  const [showsCost, setShowsCost] = useState(now.showsCost);
  const [deleting, setDeleting] = useState(false);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      stepped(() => answer(api.PUT('/api/v1/sharing', { body: { handle, name: name.trim(), isPublic, showsCost } }))),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['sharing'] });
      toast(isPublic ? 'Your profile is public' : 'Saved; only you see it');
    },
  });
  const isSame =
    handle === (now.handle ?? '') && name === now.name && isPublic === now.isPublic && showsCost === now.showsCost;
  const wrong = handle === '' || HANDLE.test(handle) ? undefined : '3 to 30 of a–z, 0–9 and dashes.';
  const hasSomething = Boolean(now.handle) || now.machines.length > 0;
  return (
    <form
      className="stack wide"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      {save.error && <Refused error={save.error} />}
      <p className="soft">
        Days that <Link to="/machines">your machines</Link> sent can be a public profile, with a place in the{' '}
        <Link to="/leaderboard">leaderboard</Link>. Off until you switch it on.
      </p>
      <div className="two">
        <Field
          label="Handle"
          autoComplete="off"
          spellCheck={false}
          value={handle}
          error={wrong}
          hint="The end of the profile’s address."
          onChange={(event) => setHandle(event.target.value.trim().toLowerCase())}
        />
        <Field
          label="Name shown"
          autoComplete="nickname"
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <label className="check">
        <input type="checkbox" checked={isPublic} onChange={(event) => setPublic(event.target.checked)} />
        Everybody who reaches this gateway may see my profile
      </label>
      <label className="check">
        <input type="checkbox" checked={showsCost} onChange={(event) => setShowsCost(event.target.checked)} />
        It says what the tokens cost
      </label>
      <div className="row">
        <Button
          type="submit"
          disabled={isSame || handle === '' || wrong !== undefined || name.trim() === '' || save.isPending}
        >
          Save sharing
        </Button>
        {now.handle && now.isPublic && (
          <Link to="/u/$handle" params={{ handle: now.handle }} className="button" data-look="quiet">
            Look at the profile
          </Link>
        )}
        {hasSomething && (
          <Button look="quiet-danger" className="push" onClick={() => setDeleting(true)}>
            Delete everything sent
          </Button>
        )}
      </div>
      {now.handle && now.isPublic && (
        <div className="stack close">
          <span className="label">Your graph, for a page of yours</span>
          <CodeLine name="Address of the picture">{pictureUrl(now.handle)}</CodeLine>
        </div>
      )}
      {deleting && <Delete onClose={() => setDeleting(false)} />}
    </form>
  );
}

function Delete({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const end = useMutation({
    mutationFn: () => stepped(() => answer(api.DELETE('/api/v1/sharing'))),
    onSuccess: () => {
      onClose();
      void client.invalidateQueries({ queryKey: ['sharing'] });
      toast('Everything that you sent is deleted');
    },
  });
  return (
    <Dialog
      title="Delete everything that you sent?"
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button look="danger" disabled={end.isPending} onClick={() => end.mutate()}>
            Delete it all
          </Button>
        </>
      }
    >
      {end.error && <Refused error={end.error} />}
      <p className="soft">
        The days of all your machines, your profile, its handle and your places in the leaderboards go at once, and
        nobody can bring them back. What your machines have in their own logs stays there.
      </p>
    </Dialog>
  );
}
