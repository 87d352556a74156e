/** What the pages say about people, sessions and invitations. */
import { Refusal } from './client.ts';
import { apiUrl } from './place.ts';

export type Role = 'owner' | 'admin' | 'member' | 'viewer';

export interface MemberSummary {
  id: string;
  name: string;
  email: string | null;
  role: Role;
  hasPassword: boolean;
  createdAt: string;
  disabledAt: string | null;
  lastSeenAt: string | null;
}

export interface Session {
  id: string;
  createdAt: string;
  seenAt: string;
  endsAt: string;
  idleEndsAt: string;
  stepUpUntil: string | null;
  client: string | null;
  address: string | null;
  current: boolean;
}

export interface SessionResponse {
  member: MemberSummary;
  session: Session;
  stepUpFree: boolean;
}

export interface LinkPreview {
  kind: 'signIn' | 'invitation';
  role: Role;
  name: string | null;
  email: string | null;
  asksName: boolean;
  asksPassword: boolean;
  expiresAt: string;
}

export interface SignInWays {
  hasOwner: boolean;
  password: boolean;
}

export interface Invitation {
  id: string;
  role: Role;
  name: string | null;
  email: string | null;
  state: 'open' | 'accepted' | 'expired' | 'revoked';
  createdAt: string;
  expiresAt: string;
}

export interface PersonalToken {
  id: string;
  name: string;
  last4: string;
  scopes: string[];
  createdAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
}

export interface AuditEntry {
  number: number;
  id: string;
  at: string;
  actor: { kind: string; id: string | null; name: string | null };
  action: string;
  target: string | null;
  before: unknown;
  after: unknown;
  requestId: string | null;
  peer: string | null;
  hash: string;
}

export interface AuditReport {
  entries: number;
  head: string | null;
  differences: string[];
}

export interface DeviceLink {
  userCode: string;
  scope: 'token' | 'device';
  deviceName: string;
  client: { os: string | null; client: string | null; version: string | null };
  address: string;
  createdAt: string;
  expiresAt: string;
}

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
