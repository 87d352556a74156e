// A real OpenID provider on this machine: whoever types a name into its page has that account.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export const CLIENT_SECRET = 'a secret that the gateway reads from a file';

export interface IdentityProvider {
  issuer: string;
  /** From now on it sends browsers back to there, and to nowhere else. */
  expect: (redirectUri: string) => void;
  close: () => void;
}

/** Called by name, so that its site is another one than the gateway's. */
export async function startIdentityProvider(): Promise<IdentityProvider> {
  const server = http.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://localhost:${(server.address() as AddressInfo).port.toString()}`;
  const expect = (redirectUri: string) => {
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: 'token-tracker',
          client_secret: CLIENT_SECRET,
          redirect_uris: [redirectUri],
          response_types: ['code'],
          grant_types: ['authorization_code'],
        },
      ],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      cookies: { keys: ['of the test'] },
      findAccount: (_context: unknown, name: string) => ({
        accountId: name,
        claims: () => ({
          sub: name,
          name: `${name} of the company`,
          email: `${name}@example.com`,
          email_verified: true,
        }),
      }),
    });
    const answer = provider.callback();
    server.removeAllListeners('request');
    server.on('request', (request, response) => void answer(request, response));
  };
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { issuer, expect, close };
}
