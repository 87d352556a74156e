import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { Refusal } from './client.ts';
import { sessionQuery } from './session.ts';

/** Whoever confirms with a wrong password or passkey is as signed in as before. */
const isOver = (error: unknown): boolean =>
  error instanceof Refusal && error.status === 401 && error.code !== 'sign_in_refused';

/** A gateway that starts or a line that drops is worth a second try; a refusal is not. */
const mayPass = (error: unknown): boolean => error instanceof Refusal && (error.status === 0 || error.status === 503);

export function queryClient(): QueryClient {
  const onError = (error: unknown) => {
    // The session ended: the sign-in stands where the page was, and the page comes back after it.
    if (isOver(error)) client.setQueryData(sessionQuery.queryKey, null);
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => {
        if (mutation.meta?.['keepsSession'] !== true) onError(error);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        retry: (failed, error) => failed < 2 && mayPass(error),
        refetchOnWindowFocus: true,
      },
    },
  });
  return client;
}
