import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Fingerprint, Plus } from 'lucide-react';
import { useState } from 'react';
import {
  browserHasPasskeys,
  makePasskey,
  passkeysQuery,
  removePasskey,
  renamePasskey,
  type Passkey,
} from '../../api/passkeys.ts';
import { signInWaysQuery } from '../../api/session.ts';
import { stepped } from '../../shell/step-up.tsx';
import { Ago } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { toast } from '../../ui/toast.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { Listed } from './listed.tsx';

type Asking = { what: 'make' } | { what: 'rename' | 'remove'; passkey: Passkey };

/** What signs in without a password: a fingerprint, a face, a PIN or a security key. */
export function Passkeys() {
  const query = useQuery(passkeysQuery);
  const ways = useQuery(signInWaysQuery);
  const [asking, setAsking] = useState<Asking>();
  const canMake = browserHasPasskeys() && ways.data?.passkey === true;
  const close = () => setAsking(undefined);
  return (
    <Panel
      span={12}
      flush
      title="Passkeys"
      beside={
        canMake && (
          <span className="push">
            <Button onClick={() => setAsking({ what: 'make' })}>
              <Plus aria-hidden="true" />
              Make a passkey
            </Button>
          </span>
        )
      }
    >
      <Of query={query}>
        {(passkeys) =>
          passkeys.length === 0 ? (
            <Blank icon={Fingerprint} title="No passkey yet">
              {ways.data && !canMake ? (
                <WhyNot isNamed={ways.data.passkey} />
              ) : (
                'A passkey signs you in with a fingerprint, a face or a PIN. It cannot be guessed, forgotten or stolen from here.'
              )}
            </Blank>
          ) : (
            <PasskeyTable passkeys={passkeys} ask={setAsking} />
          )
        }
      </Of>
      {asking?.what === 'make' && <Make onClose={close} />}
      {asking?.what === 'rename' && <Rename passkey={asking.passkey} onClose={close} />}
      {asking?.what === 'remove' && <Remove passkey={asking.passkey} onClose={close} />}
    </Panel>
  );
}

function WhyNot({ isNamed }: { isNamed: boolean }) {
  if (isNamed) return 'This browser has none, or the page was not opened over https.';
  const there = `${location.protocol}//localhost:${location.port}${location.pathname}`;
  return (
    <>
      Passkeys belong to a name, and this page was opened by a number. <a href={there}>Open it as localhost</a>, and
      sign in there.
    </>
  );
}

const PasskeyTable = ({ passkeys, ask }: { passkeys: Passkey[]; ask: (asking: Asking) => void }) => (
  <Listed
    heads={['Passkey', 'Works at', 'Used']}
    lines={passkeys.map((passkey) => ({
      id: passkey.id,
      name: passkey.name,
      under: (
        <>
          {passkey.synced ? 'on all your devices' : 'on one device'}, made <Ago at={passkey.createdAt} />
        </>
      ),
      cells: [
        <span key="where">
          {passkey.host} {!passkey.worksHere && <span className="tag">not here</span>}
        </span>,
        passkey.lastUsedAt ? <Ago key="used" at={passkey.lastUsedAt} /> : 'not yet',
      ],
      act: (
        <span className="row tight" style={{ flexWrap: 'nowrap', justifyContent: 'flex-end' }}>
          <Button
            look="quiet"
            size="small"
            aria-label={`Rename ${passkey.name}`}
            onClick={() => ask({ what: 'rename', passkey })}
          >
            Rename
          </Button>
          <Button
            look="quiet-danger"
            size="small"
            aria-label={`Remove ${passkey.name}`}
            onClick={() => ask({ what: 'remove', passkey })}
          >
            Remove
          </Button>
        </span>
      ),
    }))}
  />
);

/** What to call it, from what the browser says about the machine. */
function guess(): string {
  const agent = navigator.userAgent;
  const known = [
    [/iPhone/, 'iPhone'],
    [/iPad/, 'iPad'],
    [/Android/, 'Android'],
    [/Macintosh/, 'Mac'],
    [/Windows/, 'Windows'],
    [/Linux/, 'Linux'],
  ] as const;
  return known.find(([pattern]) => pattern.test(agent))?.[1] ?? 'Passkey';
}

/** Does it, and has the list read again. */
function useChange<T>(act: () => Promise<T>, done: string, onClose: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => stepped(act),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: passkeysQuery.queryKey });
      void client.invalidateQueries({ queryKey: ['session'] });
      toast(done);
      onClose();
    },
  });
}

function Make({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState(guess);
  const make = useChange(() => makePasskey(name.trim()), 'The passkey is made; it signs you in from now on', onClose);
  return (
    <Dialog
      title="Make a passkey"
      onClose={onClose}
      onSubmit={() => make.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={name.trim() === '' || make.isPending}>
            Make it
          </Button>
        </>
      }
    >
      {make.error && <Refused error={make.error} />}
      <p className="soft">The browser asks next where to keep it: on this device, on a phone, or on a security key.</p>
      <Field
        label="Name"
        value={name}
        hint="By which you know it again in this list."
        onChange={(event) => setName(event.target.value)}
      />
    </Dialog>
  );
}

function Rename({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const [name, setName] = useState(passkey.name);
  const rename = useChange(() => renamePasskey(passkey.id, name.trim()), 'The passkey has its new name', onClose);
  return (
    <Dialog
      title={`Rename “${passkey.name}”`}
      onClose={onClose}
      onSubmit={() => rename.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" look="primary" disabled={name.trim() === '' || rename.isPending}>
            Rename
          </Button>
        </>
      }
    >
      {rename.error && <Refused error={rename.error} />}
      <Field label="Name" value={name} onChange={(event) => setName(event.target.value)} />
    </Dialog>
  );
}

function Remove({ passkey, onClose }: { passkey: Passkey; onClose: () => void }) {
  const remove = useChange(() => removePasskey(passkey.id), `${passkey.name} is removed`, onClose);
  return (
    <Dialog
      title={`Remove “${passkey.name}”?`}
      onClose={onClose}
      onSubmit={() => remove.mutate()}
      foot={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button type="submit" look="danger" disabled={remove.isPending}>
            Remove
          </Button>
        </>
      }
    >
      {remove.error && <Refused error={remove.error} />}
      <p className="soft">
        It signs nobody in here any more. Your password manager may go on to offer it until you delete it there, too.
      </p>
    </Dialog>
  );
}
