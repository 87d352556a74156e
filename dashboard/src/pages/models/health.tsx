import type { Schemas } from '../../api/client.ts';
import { duration } from '../../format/number.ts';
import { Ago, Unknown } from '../../ui/amount.tsx';
import { State, type Tone } from '../../ui/state.tsx';

export type Health = Schemas['UpstreamHealth'];

const WORDS: Record<Health['state'], [Tone, string]> = {
  well: ['ok', 'Well'],
  failing: ['warn', 'Failing'],
  resting: ['bad', 'Resting'],
};

/** The circuit breaker in a word. One that nobody asked yet is neither well nor ill. */
export function Standing({ of: health }: { of: Health | undefined }) {
  if (!health) return <State tone="off">Not asked yet</State>;
  if (health.state === 'well' && health.answers === 0 && !health.lastErrorAt)
    return <State tone="off">Not asked yet</State>;
  const [tone, words] = WORDS[health.state];
  const rest = health.restsForMs ? `, ${duration(health.restsForMs)} more` : '';
  return <State tone={tone}>{words + rest}</State>;
}

export function LastError({ of: health }: { of: Health | undefined }) {
  if (!health?.lastErrorAt) return <span className="muted">none since the gateway started</span>;
  return (
    <>
      {health.lastErrorStatus ? `HTTP ${health.lastErrorStatus.toString()}` : 'no answer'},{' '}
      <Ago at={health.lastErrorAt} />
      {health.failures > 0 && `, ${health.failures.toString()} in a row`}
    </>
  );
}

export function FirstByte({ of: health }: { of: Health | undefined }) {
  if (!health || health.answers === 0) return <Unknown why="No answer was timed since the gateway started." />;
  const shown = (ms: number | null | undefined) => (ms === null || ms === undefined ? 'over 5 min' : duration(ms));
  return (
    <span className="num" title={`${health.answers.toString()} answers since the gateway started, by buckets`}>
      {shown(health.firstByteMsP50)} the median, {shown(health.firstByteMsP95)} at most in 95 of 100
    </span>
  );
}
