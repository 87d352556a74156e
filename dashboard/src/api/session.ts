/** Who is signed in at this browser. The credential is a cookie that no script can read. */
import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
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

/** For pages behind the sign-in, which are only drawn when there is a session. */
export function useSession(): SessionResponse {
  const { data } = useSuspenseQuery(sessionQuery);
  if (!data) throw new Refusal({ code: 'unauthorized', message: 'You are signed out.', hint: 'Sign in again.' }, 401);
  return data;
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
