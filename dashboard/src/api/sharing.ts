import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client.ts';
import { apiUrl, gatewayUrl } from './place.ts';

export type Sharing = Schemas['Sharing'];
export type Profile = Schemas['Profile'];
export type Period = Schemas['LeaderboardPeriod'];
export type Order = Schemas['LeaderboardOrder'];

export const sharingQuery = queryOptions({
  queryKey: ['sharing'],
  queryFn: () => answer(api.GET('/api/v1/sharing')),
});

/** The latest days first. */
export const sentDaysQuery = (machine: string | undefined) =>
  infiniteQueryOptions({
    queryKey: ['sharing', 'days', machine],
    queryFn: ({ pageParam: until }) =>
      answer(
        api.GET('/api/v1/sharing/days', {
          params: {
            query: { ...(machine === undefined ? {} : { machine }), ...(until === undefined ? {} : { until }) },
          },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.nextUntil ?? undefined,
  });

export const profileQuery = (handle: string) =>
  queryOptions({
    queryKey: ['profile', handle],
    queryFn: () => answer(api.GET('/api/v1/profiles/{handle}', { params: { path: { handle } } })),
    retry: false,
  });

export const leaderboardQuery = (period: Period, by: Order) =>
  queryOptions({
    queryKey: ['leaderboard', period, by],
    queryFn: () => answer(api.GET('/api/v1/leaderboard', { params: { query: { period, by } } })),
  });

const picture = (handle: string, theme: 'light' | 'dark'): string =>
  `/profiles/${handle}/graph.svg?form=towers&theme=${theme}`;

export const towersUrl = (handle: string, theme: 'light' | 'dark'): string => apiUrl(picture(handle, theme));

/** What others see, with the gateway's whole address. */
export const profileUrl = (handle: string): string => `${gatewayUrl}/u/${handle}`;
export const pictureUrl = (handle: string): string => `${gatewayUrl}/api/v1${picture(handle, 'dark')}`;
