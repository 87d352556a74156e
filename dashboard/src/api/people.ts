/** What the pages say about people, sessions and invitations. */
import { Refusal, type Schemas } from './client.ts';
import { apiUrl } from './place.ts';

export type Role = Schemas['Role'];
export type MemberSummary = Schemas['MemberSummary'];
export type Session = Schemas['Session'];
export type SessionResponse = Schemas['SessionResponse'];
export type LinkPreview = Schemas['LinkPreview'];
export type SignInWays = Schemas['SignInWays'];
export type Invitation = Schemas['Invitation'];
export type Team = Schemas['Team'];
export type PersonalToken = Schemas['PersonalToken'];
export type AuditEntry = Schemas['AuditEntry'];
export type AuditReport = Schemas['AuditReport'];
export type DeviceLink = Schemas['DeviceLink'];

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One call; a refusal is thrown in the gateway's words. */
export async function request<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = {};
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET') headers['idempotency-key'] = crypto.randomUUID();
  let response: Response;
  try {
    response = await fetch(apiUrl(path), {
      method,
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw Refusal.unreachable();
  }
  const text = await response.text();
  const data: unknown = text === '' ? undefined : JSON.parse(text);
  if (!response.ok) throw Refusal.of(data, response.status);
  return data as T;
}
