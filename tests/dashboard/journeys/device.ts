// A device that has nothing to do with the browser: it redeems the key, and asks the model.
import type { World } from '../support/world.ts';

/** Redeems the key for a device of its own; gives its credential, and tells it to later steps. */
export async function redeemElsewhere(world: World): Promise<string> {
  const redeemed = await fetch(`${world.gateway.url}/api/v1/redeem`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      key: world.told.get('code'),
      deviceName: 'thesis-laptop',
      device: { os: 'Linux', client: 'curl' },
    }),
  });
  const { credential } = (await redeemed.json()) as { credential: string };
  world.told.set('credential', credential);
  return credential;
}

export async function ask(world: World, credential: string): Promise<Response> {
  return fetch(`${world.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'coder', messages: [{ role: 'user', content: 'What is a hold?' }] }),
  });
}
