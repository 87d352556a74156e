/** What holds for everybody at this gateway. */
import { queryOptions } from '@tanstack/react-query';
import { answer, api, type Schemas } from './client.ts';
import { request } from './people.ts';

export type GatewaySettings = Schemas['GatewaySettings'];
export type SettingsRequest = Schemas['SettingsRequest'];

export const gatewaySettingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: () => answer(api.GET('/api/v1/settings')),
});

export const setGatewaySettings = (settings: SettingsRequest): Promise<GatewaySettings> =>
  request('PUT', '/settings', settings);
