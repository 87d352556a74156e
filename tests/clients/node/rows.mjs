// Rows of the compatibility table. Each tries one thing as the client's documentation shows it.
//
// A row that comes to its end works; one that gives back `refused(…)` was refused before anything was
// sent, by a message that names what cannot be carried over; one that throws fails.
import { isDeepStrictEqual } from 'node:util';

export const picture =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const hello = 'Hello wörld, how are you?';

export const refused = (what) => ({ outcome: 'refused', note: what });
export const works = (how = '') => ({ outcome: 'works', note: how });

export class Rows {
  #rows = [];

  add(feature, attempt) {
    this.#rows.push({ feature, attempt });
  }

  async run(sdk, version, stage) {
    console.log(JSON.stringify({ sdk, version }));
    // All of them; where only the Responses API is translated, its own.
    const rows = this.#rows.filter((row) => stage.upstream !== 'chat' || row.feature.startsWith('Responses'));
    for (const { feature, attempt } of rows) {
      const seen = await tried(attempt, stage);
      console.log(JSON.stringify({ feature, upstream: stage.upstream, ...seen }));
    }
  }
}

async function tried(attempt, stage) {
  try {
    return (await attempt(stage)) ?? works();
  } catch (error) {
    // Whatever a client throws is a row that fails; the others still count.
    return { outcome: 'fails', note: String(error?.stack ?? error) };
  }
}

export function expect(seen, wanted) {
  if (!isDeepStrictEqual(seen, wanted))
    throw new Error(`saw ${JSON.stringify(seen)}, wanted ${JSON.stringify(wanted)}`);
}

/** What is thrown, which must be of this class. */
export async function thrown(kind, attempt) {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof kind) return error;
    throw error;
  }
  throw new Error(`no ${kind.name}`);
}

/** `own`, `chat` or `other`: whose dialect the upstream speaks, and whether only its chat. */
export function upstreamOfArguments() {
  const [upstream] = process.argv.slice(2);
  return upstream;
}

/** Counts the requests that really go out, the client's own retries among them. */
export class Attempts {
  #count = 0;

  fetch = (...request) => {
    this.#count += 1;
    return fetch(...request);
  };

  taken() {
    const count = this.#count;
    this.#count = 0;
    return count;
  }
}
