/** A link that works once: the first owner's, an invitation, or one in the place of a forgotten password. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { request, type LinkPreview } from '../../api/people.ts';
import { signInWaysQuery, useSignIn } from '../../api/session.ts';
import { until } from '../../format/time.ts';
import { Bones, Failed } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Front } from './front.tsx';
import { PASSWORD_LETTERS_MIN } from './password-rule.ts';
import { Providers } from './providers.tsx';
import { Refused } from './sign-in.tsx';

/** The secret is behind the #, which browsers do not send; it is taken out of the address at once. */
const secret = location.hash.slice(1);
if (secret.startsWith('tti_')) history.replaceState(history.state, '', location.pathname);

export function ByLink() {
  const look = useQuery({
    queryKey: ['link', 'look'],
    queryFn: () => request<LinkPreview>('POST', '/session/link/look', { link: secret }),
    staleTime: Infinity,
    retry: false,
  });
  if (look.data) return <Accept preview={look.data} />;
  return <Front>{look.error ? <Failed error={look.error} retry={look.refetch} /> : <Bones rows={3} />}</Front>;
}

/** Nobody has a name yet: the link is the one that the first start printed. */
const isFirstOwner = ({ kind, name }: LinkPreview): boolean => kind === 'signIn' && name === null;

function titleOf(preview: LinkPreview): string {
  if (preview.kind === 'invitation') return `Join ${location.host}`;
  return isFirstOwner(preview) ? 'You are the owner' : `Welcome back, ${preview.name ?? 'you'}`;
}

/** Whoever is invited by an address can join as whoever has that address at the house's own service. */
function Accept({ preview }: { preview: LinkPreview }) {
  const ways = useQuery(signInWaysQuery);
  const [byPassword, setByPassword] = useState(false);
  const providers = ways.data?.providers ?? [];
  const canJoinThere = preview.kind === 'invitation' && preview.email !== null && providers.length > 0;
  const byService = canJoinThere && !byPassword;
  return (
    <Front below={`This link works once, and ends ${until(new Date(preview.expiresAt))}.`}>
      <h1>{titleOf(preview)}</h1>
      <p className="soft">{leadOf(preview, byService)}</p>
      {byService ? (
        <div className="stack wide">
          <Providers providers={providers} verb="Join" />
          <Button look="quiet" width="full" onClick={() => setByPassword(true)}>
            Choose a password instead
          </Button>
        </div>
      ) : (
        !(preview.kind === 'invitation' && ways.isPending) && <ByPassword preview={preview} />
      )}
    </Front>
  );
}

function leadOf(preview: LinkPreview, byService: boolean): string {
  if (preview.kind !== 'invitation') return 'Choose how you will sign in from here on. The link is used up then.';
  return byService
    ? `You are invited as ${preview.role}. Join with the account that has the address ${preview.email ?? ''}.`
    : `You are invited as ${preview.role}. Choose how you will sign in.`;
}

function ByPassword({ preview }: { preview: LinkPreview }) {
  const navigate = useNavigate();
  const signIn = useSignIn();
  const [name, setName] = useState(preview.name ?? '');
  const [email, setEmail] = useState(preview.email ?? '');
  const [password, setPassword] = useState('');
  const asksName = preview.asksName || isFirstOwner(preview);
  const tooShort = password !== '' && password.length < PASSWORD_LETTERS_MIN;
  const submit = () =>
    signIn.mutate(
      {
        path: '/session/link',
        body: {
          link: secret,
          ...(asksName && name.trim() !== '' ? { name: name.trim(), ...(email === '' ? {} : { email }) } : {}),
          ...(password === '' ? {} : { password }),
        },
      },
      { onSuccess: () => void navigate({ to: '/', replace: true }) },
    );
  return (
    <form
      className="stack wide"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {signIn.error !== null && <Refused error={signIn.error} />}
      {asksName && (
        <>
          <Field
            label="Your name"
            autoComplete="name"
            required={preview.asksName}
            autoFocus
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
          <Field
            label="E-mail, if you like"
            type="email"
            autoComplete="email"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        </>
      )}
      <Field
        label={preview.asksPassword ? 'Password' : 'New password, if you want one'}
        type="password"
        autoComplete="new-password"
        required={preview.asksPassword}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={tooShort ? `At least ${PASSWORD_LETTERS_MIN.toString()} characters.` : undefined}
        hint={`At least ${PASSWORD_LETTERS_MIN.toString()} characters; a few words in a row are good.`}
      />
      <Button type="submit" look="primary" width="full" disabled={signIn.isPending || tooShort}>
        {preview.kind === 'invitation' ? 'Join' : 'Sign in'}
      </Button>
    </form>
  );
}
