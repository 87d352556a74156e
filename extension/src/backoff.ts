// How long to rest before the sidecar is started again.

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;
/** A sidecar that ran this long was healthy: what comes next is a new failure. */
const HEALTHY_MS = 60_000;

export class Backoff {
  private failures = 0;

  /** The rest after a run of `ranMs`: doubled with every failure in a row. */
  next(ranMs: number): number {
    if (ranMs >= HEALTHY_MS) this.failures = 0;
    const restMs = Math.min(FIRST_MS * 2 ** this.failures, LONGEST_MS);
    this.failures += 1;
    return restMs;
  }

  reset(): void {
    this.failures = 0;
  }
}
