/** The one stream of events. It connects again by itself; what it brings replaces what is on the screen. */
import type { QueryClient } from '@tanstack/react-query';
import { useSyncExternalStore } from 'react';
import type { Schemas } from '../api/client.ts';
import { apiUrl } from '../api/place.ts';

export interface Live {
  isLive: boolean;
  /** Since when it is so; absent before the first connection. */
  since: Date | undefined;
}

let state: Live = { isLive: false, since: undefined };
const listeners = new Set<() => void>();

function change(isLive: boolean) {
  if (state.since !== undefined && state.isLive === isLive) return;
  state = { isLive, since: new Date() };
  for (const listener of listeners) listener();
}

export const useLive = (): Live =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => state,
  );

type EventOf<Name extends Schemas['Event']['type']> = Extract<Schemas['Event'], { type: Name }>;

/** How long changes are gathered before what depends on them is asked for anew. */
const GATHER_MS = 400;

/** Listens until the returned function is called. */
export function listen(client: QueryClient): () => void {
  const source = new EventSource(apiUrl('/events'), { withCredentials: true });
  let gathering: ReturnType<typeof setTimeout> | undefined;
  const refresh = () => {
    gathering ??= setTimeout(() => {
      gathering = undefined;
      void client.invalidateQueries({ predicate: (query) => query.meta?.['live'] === true });
    }, GATHER_MS);
  };
  const refreshAlerts = () => void client.invalidateQueries({ queryKey: ['alerts'] });
  source.addEventListener('open', () => {
    // What was told while nobody listened.
    if (state.since !== undefined && !state.isLive) refreshAlerts();
    change(true);
  });
  source.addEventListener('error', () => change(false));
  source.addEventListener('balance', (event: MessageEvent<string>) => {
    const { balance } = JSON.parse(event.data) as EventOf<'balance'>;
    client.setQueryData(['balance'], balance);
    refresh();
  });
  source.addEventListener('changed', refresh);
  source.addEventListener('alerts', refreshAlerts);
  source.addEventListener('revocation', () => void client.invalidateQueries());
  return () => {
    source.close();
    clearTimeout(gathering);
    state = { isLive: false, since: undefined };
  };
}
