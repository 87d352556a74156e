/** A link that works once: the first owner's, an invitation, or one in the place of a forgotten password. */
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { request, type LinkPreview } from '../../api/people.ts';
import { useSignIn } from '../../api/session.ts';
import { until } from '../../format/time.ts';
import { Bones, Failed } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Front } from './front.tsx';
import { PASSWORD_LETTERS_MIN } from './password-rule.ts';
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

function Accept({ preview }: { preview: LinkPreview }) {
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
    <Front below={`This link works once, and ends ${until(new Date(preview.expiresAt))}.`}>
      <h1>{titleOf(preview)}</h1>
      <p className="soft">
        {preview.kind === 'invitation'
          ? `You are invited as ${preview.role}. Choose how you will sign in.`
          : 'Choose how you will sign in from here on. The link is used up then.'}
      </p>
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
    </Front>
  );
}
