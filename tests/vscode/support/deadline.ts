// Waiting for a fact, bounded. A journey waits for an event, never for time.

const LOOK_AGAIN_MS = 50;

/** Looks until `look` gives something that is not null, false or undefined; fails with what it was waiting for. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | null | false | undefined> | Found | null | false | undefined,
  withinMs = 15_000,
): Promise<Found> {
  const end = Date.now() + withinMs;
  let seen: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== null && found !== false && found !== undefined) return found;
      seen = found;
    } catch (error) {
      seen = error;
    }
    if (Date.now() > end) throw new Error(`waited ${withinMs} ms for ${what}; last seen: ${String(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
