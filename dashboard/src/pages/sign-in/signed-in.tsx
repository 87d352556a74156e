import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { SessionContext, sessionQuery } from '../../api/session.ts';
import { Shell } from '../../shell/shell.tsx';
import { Failed } from '../../ui/blank.tsx';
import { Front } from './front.tsx';
import { SignIn } from './sign-in.tsx';

/** The pages behind the door, or the door. */
export function SignedIn() {
  const session = useQuery(sessionQuery);
  // Whoever was inside reads why they are not any more.
  const [wasInside, setWasInside] = useState(false);
  const isInside = session.data != null;
  useEffect(() => {
    if (isInside) setWasInside(true);
  }, [isInside]);
  if (session.data)
    return (
      <SessionContext value={session.data}>
        <Shell />
      </SessionContext>
    );
  if (session.data === null) return <SignIn wasInside={wasInside} />;
  if (session.error)
    return (
      <Front>
        <Failed error={session.error} retry={session.refetch} />
      </Front>
    );
  return null;
}
