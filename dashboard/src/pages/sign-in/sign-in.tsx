import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Fingerprint } from 'lucide-react';
import { useEffect, useState } from 'react';
import { asRefusal } from '../../api/client.ts';
import type { SignInProvider } from '../../api/identities.ts';
import { browserHasPasskeys, signInByPasskey } from '../../api/passkeys.ts';
import { sessionQuery, signInWaysQuery, useSignIn } from '../../api/session.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Note } from '../../ui/note.tsx';
import { Front } from './front.tsx';
import { Providers, WayBack } from './providers.tsx';

/** The door: by a service, a passkey, or name and password, where one answer stands for a wrong name and a wrong password. */
export function SignIn({ wasInside }: { wasInside: boolean }) {
  const ways = useQuery(signInWaysQuery);
  useEffect(() => {
    document.title = 'Sign in · Token Tracker';
  }, []);
  if (ways.data?.hasOwner === false) return <NoOwnerYet />;
  const providers = ways.data?.providers ?? [];
  return (
    <Front
      below={
        <>
          Have a token key and no account? <Link to="/redeem">Redeem it</Link>.
        </>
      }
    >
      <h1>Sign in to {location.host}</h1>
      {wasInside && <Note tone="info">You were signed out. Sign in, and you are back on this page.</Note>}
      <WayBack providers={providers} />
      <Ways passkey={ways.data?.passkey === true && browserHasPasskeys()} providers={providers} />
    </Front>
  );
}

/** Where people come in by a service, nobody is asked for a password unless they want to give one. */
function Ways({ passkey, providers }: { passkey: boolean; providers: SignInProvider[] }) {
  const [byPassword, setByPassword] = useState(false);
  if (providers.length === 0)
    return (
      <>
        <PasswordForm />
        {passkey && (
          <div className="stack wide">
            <p className="front-or small muted">or</p>
            <PasskeyWay />
          </div>
        )}
      </>
    );
  return (
    <div className="stack wide">
      <Providers providers={providers} />
      {passkey && <PasskeyWay />}
      {byPassword ? (
        <>
          <p className="front-or small muted">or</p>
          <PasswordForm />
        </>
      ) : (
        <Button look="quiet" width="full" onClick={() => setByPassword(true)}>
          Sign in with a password
        </Button>
      )}
    </div>
  );
}

function PasswordForm() {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const signIn = useSignIn();
  const submit = () => signIn.mutate({ path: '/session', body: { name, password } });
  return (
    <form
      className="stack wide"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {signIn.error !== null && <Refused error={signIn.error} />}
      <Field
        label="Name or e-mail"
        autoComplete="username"
        autoCapitalize="none"
        required
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Field
        label="Password"
        type="password"
        autoComplete="current-password"
        required
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        hint="Forgotten? An owner or admin can make you a link that signs you in once."
      />
      <Button type="submit" look="primary" width="full" disabled={signIn.isPending}>
        Sign in
      </Button>
    </form>
  );
}

/** Nothing to type: the browser shows which passkeys there are. */
function PasskeyWay() {
  const client = useQueryClient();
  const signIn = useMutation({
    mutationFn: signInByPasskey,
    onSuccess: (session) => client.setQueryData(sessionQuery.queryKey, session),
  });
  return (
    <>
      {signIn.error && <Refused error={signIn.error} />}
      <Button width="full" disabled={signIn.isPending} onClick={() => signIn.mutate()}>
        <Fingerprint aria-hidden="true" />
        Sign in with a passkey
      </Button>
    </>
  );
}

export function Refused({ error }: { error: unknown }) {
  const { message, hint } = asRefusal(error);
  return (
    <Note tone="bad" role="alert">
      <b>{message}</b> {hint}
    </Note>
  );
}

const NoOwnerYet = () => (
  <Front>
    <h1>This gateway has no owner yet</h1>
    <p className="soft">
      When it started, <code>token-tracker serve</code> printed a link that works once. Open it, and you are the owner.
    </p>
    <Note>The link is new at each start, until somebody used it.</Note>
  </Front>
);
