import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { signInBy, type SignInProvider } from '../../api/identities.ts';
import { Button } from '../../ui/button.tsx';
import { Note } from '../../ui/note.tsx';
import { Refused } from './sign-in.tsx';

/** One button for each service; the browser leaves for its page. */
export function Providers({ providers, verb = 'Sign in' }: { providers: SignInProvider[]; verb?: 'Sign in' | 'Join' }) {
  const leave = useMutation({ mutationFn: signInBy });
  const isLeaving = leave.isPending || leave.isSuccess;
  return (
    <>
      {leave.error && <Refused error={leave.error} />}
      {providers.map((provider, place) => (
        <Button
          key={provider.name}
          {...(place === 0 ? { look: 'primary' as const } : {})}
          width="full"
          disabled={isLeaving}
          onClick={() => leave.mutate(provider)}
        >
          {verb} with {provider.label}
        </Button>
      ))}
    </>
  );
}

/** What the address says of a way back that led nowhere; it is taken out of it at once. */
function outcome(): { what: 'refused' | 'unavailable'; name: string } | undefined {
  const search = new URLSearchParams(location.search);
  for (const what of ['refused', 'unavailable'] as const) {
    const name = search.get(what);
    if (name === null) continue;
    search.delete(what);
    const rest = search.toString();
    history.replaceState(history.state, '', location.pathname + (rest === '' ? '' : `?${rest}`));
    return { what, name };
  }
  return undefined;
}

/** Why the browser is back and nobody is signed in. */
export function WayBack({ providers }: { providers: SignInProvider[] }) {
  const [found] = useState(outcome);
  const provider = providers.find(({ name }) => name === found?.name);
  if (!found || !provider) return null;
  return found.what === 'unavailable' ? (
    <Note tone="bad" role="alert">
      <b>{provider.label} does not answer at the moment.</b> Try again in a minute, or sign in another way.
    </Note>
  ) : (
    <Note tone="bad" role="alert">
      <b>{provider.label} did not sign you in.</b> Nobody here is known by that account, or you did not agree there. Ask
      an owner or admin to invite the e-mail address of that account.
    </Note>
  );
}
