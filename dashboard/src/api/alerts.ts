/** What somebody is told of without asking, when, and where it is sent. */
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client.ts';
import { request } from './people.ts';

export type Alert = Schemas['Alert'];
export type AlertKind = Schemas['AlertKind'];
export type AlertRule = Schemas['AlertRule'];
export type AlertRules = Schemas['AlertRules'];
export type Channel = Schemas['Channel'];

/** What the bell counts. The stream says when it is another one. */
export const openAlertsQuery = queryOptions({
  queryKey: ['alerts', 'open'],
  queryFn: () => answer(api.GET('/api/v1/alerts', { params: { query: { state: 'open', limit: 20 } } })),
  staleTime: Infinity,
});

export type AlertView = 'open' | 'all';

export const alertsQuery = (view: AlertView) =>
  infiniteQueryOptions({
    queryKey: ['alerts', 'list', view],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET('/api/v1/alerts', {
          params: {
            query: {
              ...(view === 'open' ? { state: 'open' as const } : {}),
              ...(pageParam === undefined ? {} : { before: pageParam }),
            },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });

export const alertRulesQuery = queryOptions({
  queryKey: ['alerts', 'rules'],
  queryFn: () => answer(api.GET('/api/v1/alerts/rules')),
});

export const channelsQuery = queryOptions({
  queryKey: ['alerts', 'channels'],
  queryFn: () => answer(api.GET('/api/v1/alerts/channels')),
});

/** Notes that somebody has seen an alert, or all of them; or puts one away. */
export function useAnswerAlert() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (path: string) => request('POST', `/alerts/${path}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['alerts'] }),
  });
}
