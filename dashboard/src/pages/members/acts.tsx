import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import { request, type MemberSummary, type Role } from '../../api/people.ts';
import { useSession } from '../../api/session.ts';
import { asRefusal, type Schemas } from '../../api/client.ts';
import { download } from '../../api/files.ts';
import { bytes, count } from '../../format/number.ts';
import { until } from '../../format/time.ts';
import { withArticle } from '../../shell/places.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Button } from '../../ui/button.tsx';
import { CodeLine } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Choice, Field } from '../../ui/field.tsx';
import { Note } from '../../ui/note.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { Allocate } from './allocate.tsx';
import { Caps } from './caps.tsx';
import { PutInTeam } from './put-in-team.tsx';
import { TakeBackFrom } from './take-back.tsx';

type ErasureReport = Schemas['ErasureReport'];

export interface About {
  what: 'allocate' | 'takeBack' | 'caps' | 'team' | 'role' | 'link' | 'disable' | 'remove' | 'erase';
  member: MemberSummary;
}

export function MemberDialog({ about, onClose }: { about: About | undefined; onClose: () => void }) {
  if (!about) return null;
  const { member } = about;
  switch (about.what) {
    case 'allocate':
      return <Allocate to={{ member }} onClose={onClose} />;
    case 'takeBack':
      return <TakeBackFrom of={member} onClose={onClose} />;
    case 'caps':
      return <Caps of={member} onClose={onClose} />;
    case 'team':
      return <PutInTeam of={member} onClose={onClose} />;
    case 'role':
      return <ChangeRole of={member} onClose={onClose} />;
    case 'link':
      return <MakeLink of={member} onClose={onClose} />;
    case 'disable':
      return <Disable of={member} onClose={onClose} />;
    case 'remove':
      return <Remove of={member} onClose={onClose} />;
    case 'erase':
      return <Erase of={member} onClose={onClose} />;
  }
}

interface ActProps {
  of: MemberSummary;
  onClose: () => void;
}

export const ROLES: readonly (readonly [Role, string])[] = [
  ['viewer', 'Viewer: reads totals'],
  ['member', 'Member: uses their own keys and devices'],
  ['admin', 'Admin: runs everything, except who owns it'],
  ['owner', 'Owner: everything'],
];

function useChange(path: string, done: string, onClose: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ method, body }: { method: 'PATCH' | 'DELETE'; body?: object }) =>
      stepped(() => request<unknown>(method, path, body)),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ['members'] });
      toast(done);
      onClose();
    },
  });
}

function ChangeRole({ of, onClose }: ActProps) {
  const { member: self } = useSession();
  const [role, setRole] = useState<Role>(of.role);
  const change = useChange(`/members/${of.id}`, `${of.name} is ${withArticle(role)} now`, onClose);
  const options = ROLES.filter(([one]) => one !== 'owner' || self.role === 'owner');
  return (
    <Dialog
      title={`The role of ${of.name}`}
      onClose={onClose}
      onSubmit={() => change.mutate({ method: 'PATCH', body: { role } })}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={role === of.role || change.isPending}>
            Make {of.name} {withArticle(role)}
          </Button>
        </>
      }
    >
      {change.error && <Refused error={change.error} />}
      <Choice label="Role" value={role} options={options} onChange={setRole} />
    </Dialog>
  );
}

function MakeLink({ of, onClose }: ActProps) {
  const make = useMutation({
    mutationFn: () => stepped(() => request<{ url: string; expiresAt: string }>('POST', `/members/${of.id}/link`)),
  });
  return (
    <Dialog
      title={`A sign-in link for ${of.name}`}
      onClose={onClose}
      foot={
        make.data ? (
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" disabled={make.isPending} onClick={() => make.mutate()}>
              Make the link
            </Button>
          </>
        )
      }
    >
      {make.error && <Refused error={make.error} />}
      {make.data ? (
        <OneTimeLink url={make.data.url} expiresAt={make.data.expiresAt} />
      ) : (
        <p className="soft">
          For a forgotten password. Whoever opens it is signed in as {of.name}, once; they choose a new password then.
        </p>
      )}
    </Dialog>
  );
}

/** A link that is shown once. */
export const OneTimeLink = ({ url, expiresAt }: { url: string; expiresAt: string }) => (
  <div className="stack">
    <Note tone="warn">
      <b>This is the only time it is shown.</b> It works once, and ends {until(new Date(expiresAt))}.
    </Note>
    <CodeLine name="Link" label="Copy link">
      {url}
    </CodeLine>
  </div>
);

interface SureProps extends ActProps {
  title: string;
  verb: string;
  act: () => void;
  error: unknown;
  isPending: boolean;
  children: ReactNode;
}

/** The focus begins on leaving everything as it is. */
function Sure({ title, verb, act, error, isPending, onClose, children }: Omit<SureProps, 'of'>) {
  const keep = useRef<HTMLButtonElement>(null);
  return (
    <Dialog
      title={title}
      begin={keep}
      onClose={onClose}
      foot={
        <>
          <Button ref={keep} onClick={onClose}>
            Leave it
          </Button>
          <Button look="danger" disabled={isPending} onClick={act}>
            {verb}
          </Button>
        </>
      }
    >
      {error !== null && <Refused error={error} />}
      <ul className="stack close soft">{children}</ul>
    </Dialog>
  );
}

function Disable({ of, onClose }: ActProps) {
  const isDisabled = of.disabledAt !== null;
  const change = useChange(`/members/${of.id}`, `${of.name} is ${isDisabled ? 'enabled' : 'disabled'}`, onClose);
  return (
    <Sure
      title={isDisabled ? `Enable ${of.name} again?` : `Disable ${of.name}?`}
      verb={isDisabled ? 'Enable' : `Disable ${of.name}`}
      act={() => change.mutate({ method: 'PATCH', body: { disabled: !isDisabled } })}
      error={change.error}
      isPending={change.isPending}
      onClose={onClose}
    >
      {isDisabled ? (
        <li>They can sign in again, and their devices go on working.</li>
      ) : (
        <>
          <li>They are signed out everywhere and cannot sign in.</li>
          <li>Their devices stop: the next request of each is refused.</li>
          <li>Their keys keep their credit, and their history stays.</li>
        </>
      )}
    </Sure>
  );
}

function Remove({ of, onClose }: ActProps) {
  const remove = useChange(`/members/${of.id}`, `${of.name} is removed`, onClose);
  return (
    <Sure
      title={`Remove ${of.name}?`}
      verb={`Remove ${of.name}`}
      act={() => remove.mutate({ method: 'DELETE' })}
      error={remove.error}
      isPending={remove.isPending}
      onClose={onClose}
    >
      <li>They are signed out everywhere, and their devices stop.</li>
      <li>Their keys belong to nobody then; take the credit back, or assign them to somebody else.</li>
      <li>What they used stays in the history. This cannot be undone.</li>
    </Sure>
  );
}

/** What is kept of a person, saved at once: nothing has to be chosen. */
export const saveTheirs = async (of: MemberSummary): Promise<void> => {
  try {
    const size = await stepped(() => download(`/members/${of.id}/export`, 'json'));
    toast(`What is kept of ${of.name} is saved, ${bytes(size)}`);
  } catch (error) {
    const { message, hint } = asRefusal(error);
    toast(`${message} ${hint}`);
  }
};

function Erase({ of, onClose }: ActProps) {
  const client = useQueryClient();
  const [typed, setTyped] = useState('');
  const erase = useMutation({
    mutationFn: () => stepped(() => request<ErasureReport>('POST', `/members/${of.id}/erase`)),
    onSuccess: (report) => {
      void client.invalidateQueries();
      toast(`The person is erased; ${count(report.auditLines, 'line')} of the audit log name nobody any more`);
      onClose();
    },
  });
  return (
    <Dialog
      title={`Erase ${of.name}?`}
      onClose={onClose}
      onSubmit={() => erase.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Leave them</Button>
          <Button type="submit" look="danger" disabled={typed.trim() !== of.name || erase.isPending}>
            Erase this person
          </Button>
        </>
      }
    >
      {erase.error && <Refused error={erase.error} />}
      <ul className="stack close soft">
        <li>Their name, e-mail address, devices and sessions go, also from the audit log. Nothing brings them back.</li>
        <li>Their keys stop. What is left on them can be taken back.</li>
        <li>What they used stays in the history, without a name: every total stays the same.</li>
      </ul>
      <Field
        label={`Type ${of.name} to go on`}
        value={typed}
        autoComplete="off"
        onChange={(event) => setTyped(event.target.value)}
      />
    </Dialog>
  );
}
