/** Who is signed in at this browser. The credential is a cookie that no script can read. */
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { createContext, useContext } from 'react';
import { Refusal } from './client.ts';
import { request, type SessionResponse, type SignInWays } from './people.ts';

/** Null: nobody is. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<SessionResponse | null> => {
    try {
      return await request<SessionResponse>('GET', '/session');
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

export const signInWaysQuery = queryOptions({
  queryKey: ['sign-in-ways'],
  queryFn: () => request<SignInWays>('GET', '/sign-in'),
  staleTime: 60_000,
});

/** The session that a page was opened with. Whoever looks whether there is one hands it down, so that
 * what is inside never sees it end: it is gone with it. */
export const SessionContext = createContext<SessionResponse | null>(null);

/** For what is drawn inside the shell alone. */
export function useSession(): SessionResponse {
  const session = useContext(SessionContext);
  if (!session) throw new Error('what needs a session is drawn inside the shell');
  return session;
}

export function useSignIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ path, body }: { path: '/session' | '/session/link'; body: object }) =>
      request<SessionResponse>('POST', path, body),
    onSuccess: (session) => client.setQueryData(sessionQuery.queryKey, session),
  });
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => request<undefined>('DELETE', '/session'),
    onSuccess: () => {
      client.setQueryData(sessionQuery.queryKey, null);
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
    },
  });
}
