/** Passkeys: between what the gateway says in JSON and what browsers take in bytes. */
import { queryOptions } from '@tanstack/react-query';
import { Refusal, type Schemas } from './client.ts';
import { request, type SessionResponse } from './people.ts';

export type Passkey = Schemas['Passkey'];
type Creation = Schemas['PasskeyCreation'];
type Question = Schemas['PasskeyQuestion'];

/** Whether this browser has them at all; they exist on secure pages only. */
export const browserHasPasskeys = (): boolean =>
  window.isSecureContext && typeof (window as { PublicKeyCredential?: unknown }).PublicKeyCredential === 'function';

export const passkeysQuery = queryOptions({
  queryKey: ['passkeys'],
  queryFn: async () => (await request<{ passkeys: Passkey[] }>('GET', '/passkeys')).passkeys,
});

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function textOf(buffer: ArrayBuffer): string {
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(plain).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

const described = ({ id }: { id: string }): PublicKeyCredentialDescriptor => ({ type: 'public-key', id: bytesOf(id) });

const refusal = (message: string, hint: string): Refusal => new Refusal({ code: 'passkey', message, hint }, 0);

/** Browsers say little about why; they must not tell a page which passkeys there are. */
function asRefusal(error: unknown): Refusal {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'InvalidStateError')
    return refusal('This device has a passkey of yours already.', 'Use that one, or another device.');
  return refusal('No passkey was chosen.', 'Try again; the browser asks for it in a window of its own.');
}

async function credential(
  ask: () => Promise<Credential | null>,
): Promise<{ id: string; response: AuthenticatorResponse }> {
  let found: Credential | null;
  try {
    found = await ask();
  } catch (error) {
    throw asRefusal(error);
  }
  if (!(found instanceof PublicKeyCredential)) throw asRefusal(undefined);
  return { id: textOf(found.rawId), response: found.response };
}

/** Makes a passkey on this device, or on one that the browser offers. */
export async function makePasskey(name: string): Promise<Passkey[]> {
  const asked = await request<Creation>('POST', '/passkeys/challenge', {});
  const { response } = await credential(() =>
    navigator.credentials.create({
      publicKey: {
        rp: asked.rp,
        user: { ...asked.user, id: bytesOf(asked.user.id) },
        challenge: bytesOf(asked.challenge),
        pubKeyCredParams: asked.pubKeyCredParams.map(({ alg }) => ({ type: 'public-key', alg })),
        timeout: asked.timeout,
        excludeCredentials: asked.excludeCredentials.map(described),
        authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
        attestation: 'none',
      },
    }),
  );
  const made = response as AuthenticatorAttestationResponse;
  const body = {
    name,
    clientDataJSON: textOf(made.clientDataJSON),
    attestationObject: textOf(made.attestationObject),
  };
  return (await request<{ passkeys: Passkey[] }>('POST', '/passkeys', body)).passkeys;
}

async function answered(asked: Question): Promise<object> {
  const { id, response } = await credential(() =>
    navigator.credentials.get({
      publicKey: {
        challenge: bytesOf(asked.challenge),
        rpId: asked.rpId,
        timeout: asked.timeout,
        allowCredentials: asked.allowCredentials.map(described),
        userVerification: 'required',
      },
    }),
  );
  const shown = response as AuthenticatorAssertionResponse;
  return {
    id,
    clientDataJSON: textOf(shown.clientDataJSON),
    authenticatorData: textOf(shown.authenticatorData),
    signature: textOf(shown.signature),
    ...(shown.userHandle ? { userHandle: textOf(shown.userHandle) } : {}),
  };
}

/** Signs in with whichever passkey the person chooses. */
export async function signInByPasskey(): Promise<SessionResponse> {
  const asked = await request<Question>('POST', '/sign-in/passkey', {});
  return request<SessionResponse>('POST', '/session/passkey', await answered(asked));
}

/** Confirms who is signed in. */
export async function stepUpByPasskey(): Promise<SessionResponse> {
  const asked = await request<Question>('POST', '/session/step-up/passkey/challenge', {});
  return request<SessionResponse>('POST', '/session/step-up/passkey', await answered(asked));
}

export const renamePasskey = (id: string, name: string): Promise<undefined> =>
  request<undefined>('PATCH', `/passkeys/${id}`, { name });

export const removePasskey = (id: string): Promise<undefined> => request<undefined>('DELETE', `/passkeys/${id}`);
