// What went wrong, read out of whatever was thrown.
import type { Problem } from './generated/protocol';
import type { Trouble } from './session';

/** LSP's code for a request that was cancelled. */
const REQUEST_CANCELLED = -32800;

/** Carries a trouble that arose on this side. */
export class TroubleError extends Error {
  constructor(readonly trouble: Trouble) {
    super(trouble.message);
  }
}

export function troubleOf(error: unknown): Trouble {
  if (error instanceof TroubleError) return error.trouble;
  const data = member(error, 'data');
  if (isProblem(data)) return data;
  const message = member(error, 'message');
  return {
    message: typeof message === 'string' && message !== '' ? message : 'The sidecar did not answer.',
    hint: 'Run Token Tracker: Show Log for the details.',
  };
}

export function isCancellation(error: unknown): boolean {
  return member(error, 'code') === REQUEST_CANCELLED || member(error, 'name') === 'Canceled';
}

function isProblem(value: unknown): value is Problem {
  return ['code', 'message', 'hint'].every((name) => typeof member(value, name) === 'string');
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
