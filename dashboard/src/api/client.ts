/** The one caller of the control plane. Its types come from the gateway's contract. */
import createClient from 'openapi-fetch';
import type { components, paths } from './generated/contract.ts';
import { basePath } from './place.ts';

export type Schemas = components['schemas'];

export const api = createClient<paths>({
  baseUrl: `${location.origin}${basePath}`,
  credentials: 'same-origin',
});

/** What the gateway refused, in its own words. */
export class Refusal extends Error {
  readonly code: string;
  readonly hint: string;
  readonly status: number;

  constructor(problem: { code: string; message: string; hint: string }, status: number) {
    super(problem.message);
    this.name = 'Refusal';
    this.code = problem.code;
    this.hint = problem.hint;
    this.status = status;
  }

  static unreachable(): Refusal {
    return new Refusal(
      {
        code: 'gateway_unreachable',
        message: 'The gateway does not answer.',
        hint: 'Look whether it runs and whether this computer is connected. Nothing was changed.',
      },
      0,
    );
  }

  /** From the body of an answer that says no. */
  static of(body: unknown, status: number): Refusal {
    const problem = (body as { error?: { code?: string; message?: string; hint?: string } } | undefined)?.error;
    return new Refusal(
      {
        code: problem?.code ?? 'internal',
        message: problem?.message ?? `The gateway answered ${status.toString()}.`,
        hint: problem?.hint ?? '',
      },
      status,
    );
  }
}

/** What a call brought, or a `Refusal`. */
export async function answer<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<NonNullable<T>> {
  let outcome;
  try {
    outcome = await call;
  } catch {
    throw Refusal.unreachable();
  }
  if (!outcome.response.ok) throw Refusal.of(outcome.error, outcome.response.status);
  return outcome.data as NonNullable<T>;
}

/** A change is sent once, however often the button or the network repeats it. */
export const once = (): { 'Idempotency-Key': string } => ({ 'Idempotency-Key': crypto.randomUUID() });

export function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return new Refusal({ code: 'internal', message: 'This page made a mistake.', hint: 'Load it again.' }, 0);
}
