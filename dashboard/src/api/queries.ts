/** What the pages ask for. A query with `live` is asked anew when the stream says that something changed. */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { moneyAxis } from '../format/money.ts';
import { daysOf } from '../format/days.ts';
import { answer, api } from './client.ts';
import type { paths } from './generated/contract.ts';

export const balanceQuery = queryOptions({
  queryKey: ['balance'],
  queryFn: async () => (await answer(api.GET('/api/v1/balance'))).balance,
  staleTime: Infinity,
});

export const keysQuery = queryOptions({
  queryKey: ['keys'],
  queryFn: async () => (await answer(api.GET('/api/v1/keys'))).keys,
  meta: { live: true },
});

export const devicesQuery = queryOptions({
  queryKey: ['devices'],
  queryFn: async () => (await answer(api.GET('/api/v1/devices'))).devices,
  meta: { live: true },
});

export const modelsQuery = queryOptions({
  queryKey: ['models'],
  queryFn: async () => (await answer(api.GET('/api/v1/models'))).models,
  staleTime: 60_000,
});

export const upstreamsQuery = queryOptions({
  queryKey: ['upstreams'],
  queryFn: async () => (await answer(api.GET('/api/v1/upstreams'))).upstreams,
});

/** Where each model is served, and how the upstreams are. */
export const routesQuery = queryOptions({
  queryKey: ['routes'],
  queryFn: () => answer(api.GET('/api/v1/routes')),
  meta: { live: true },
});

export const overviewQuery = queryOptions({
  queryKey: ['overview'],
  queryFn: () => answer(api.GET('/api/v1/overview')),
  meta: { live: true },
});

export type SummaryAsked = NonNullable<paths['/api/v1/usage/summary']['get']['parameters']['query']>;
export type RowsAsked = NonNullable<paths['/api/v1/usage']['get']['parameters']['query']>;

export const summaryQuery = (query: SummaryAsked) =>
  queryOptions({
    queryKey: ['usage', 'summary', query],
    queryFn: () => answer(api.GET('/api/v1/usage/summary', { params: { query } })),
    meta: { live: true },
    placeholderData: keepPreviousData,
  });

/** What machines say was used without this gateway. */
export const reportedQuery = queryOptions({
  queryKey: ['usage', 'reported'],
  queryFn: async () => (await answer(api.GET('/api/v1/usage/reported'))).sums,
});

const PAGE = 200;

/** Usage rows, newest first, one page after the other. */
export const rowsQuery = (query: RowsAsked) =>
  infiniteQueryOptions({
    queryKey: ['usage', 'rows', query],
    queryFn: ({ pageParam }) =>
      answer(
        api.GET('/api/v1/usage', {
          params: { query: { ...query, limit: PAGE, ...(pageParam === undefined ? {} : { before: pageParam }) } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    meta: { live: true },
    placeholderData: keepPreviousData,
  });

export const latestQuery = queryOptions({
  queryKey: ['usage', 'latest'],
  queryFn: async () => (await answer(api.GET('/api/v1/usage', { params: { query: { limit: 8 } } }))).rows,
  meta: { live: true },
});

/** Requests that run now; the stream says when one begins or ends. */
export const runningQuery = queryOptions({
  queryKey: ['running'],
  queryFn: async () => (await answer(api.GET('/api/v1/running'))).requests,
  meta: { live: true },
  staleTime: 0,
});

export type ReconciliationAsked = NonNullable<paths['/api/v1/reconciliation']['get']['parameters']['query']>;

/** What was metered against what was billed. */
export const reconciliationQuery = (query: ReconciliationAsked) =>
  queryOptions({
    queryKey: ['reconciliation', query],
    queryFn: () => answer(api.GET('/api/v1/reconciliation', { params: { query } })),
    placeholderData: keepPreviousData,
  });

/** What each device cost on each of the last thirty days. */
export const deviceUsageQuery = queryOptions({
  queryKey: ['usage', 'devices'],
  queryFn: async () => {
    const query = { groupBy: 'day', stackBy: 'device' } as const;
    const { rows, from, to } = await answer(api.GET('/api/v1/usage/summary', { params: { query } }));
    const days = daysOf({ from, to });
    const devices = new Map<string, { costs: number[]; cost: string }>();
    for (const row of rows) {
      const device = row.stack ?? '';
      const found = devices.get(device) ?? { costs: days.map(() => 0), cost: '0' };
      found.costs[days.indexOf(row.group)] = moneyAxis(row.costNanoUsd);
      found.cost = (BigInt(found.cost) + BigInt(row.costNanoUsd)).toString();
      devices.set(device, found);
    }
    return devices;
  },
  meta: { live: true },
});

export const requestQuery = (id: string) =>
  queryOptions({
    queryKey: ['usage', 'request', id],
    queryFn: () => answer(api.GET('/api/v1/usage/{id}', { params: { path: { id } } })),
    // Rows are never changed.
    staleTime: Infinity,
  });
