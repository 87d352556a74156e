/** Accounts elsewhere: signing in by a service that says who somebody is. */
import { queryOptions } from '@tanstack/react-query';
import type { Schemas } from './client.ts';
import { request } from './people.ts';

export type Identity = Schemas['Identity'];
export type SignInProvider = Schemas['SignInProvider'];

export const identitiesQuery = queryOptions({
  queryKey: ['identities'],
  queryFn: async () => (await request<{ identities: Identity[] }>('GET', '/identities')).identities,
});

/** Goes to the provider's page; it sends the browser back to one of ours. */
async function goTo(path: string): Promise<void> {
  const { url } = await request<{ url: string }>('POST', path, {});
  location.assign(url);
}

export const signInBy = ({ name }: SignInProvider): Promise<void> => goTo(`/sign-in/providers/${name}`);
export const connectWith = ({ name }: SignInProvider): Promise<void> => goTo(`/identities/providers/${name}`);

export const disconnect = (id: string): Promise<undefined> => request<undefined>('DELETE', `/identities/${id}`);
