import type { Schemas } from '../../api/client.ts';
import { count } from '../../format/number.ts';
import { Charge, Left } from '../../ui/amount.tsx';
import { Measure } from '../../ui/measure.tsx';
import { isClosed } from './standing.ts';

type Key = Schemas['KeySummary'];

const WEEK = 7 * 86_400_000;

const sum = (keys: readonly Key[], of: (key: Key) => string): bigint =>
  keys.reduce((total, key) => total + BigInt(of(key)), 0n);

/** What all open keys hold together. */
export function KeyTotals({ keys }: { keys: readonly Key[] }) {
  const open = keys.filter((key) => !isClosed(key));
  const soon = open.filter(({ expiresAt }) => expiresAt && new Date(expiresAt).getTime() - Date.now() < WEEK);
  const all = {
    availableNanoUsd: sum(open, (key) => key.availableNanoUsd).toString(),
    heldNanoUsd: sum(open, (key) => key.heldNanoUsd).toString(),
    spentNanoUsd: sum(open, (key) => key.spentNanoUsd).toString(),
    grantedNanoUsd: sum(open, (key) => key.grantedNanoUsd).toString(),
  };
  const redeemed = open.filter((key) => key.state !== 'unredeemed').length;
  return (
    <section className="card" aria-label="Totals">
      <div className="figures">
        <div>
          <div className="label">Credit in open keys</div>
          <div className="figure">
            <Left nano={all.grantedNanoUsd} />
          </div>
          <div className="beside">
            {count(open.length, 'key')}, {redeemed} redeemed
          </div>
        </div>
        <div>
          <div className="label">Left</div>
          <div className="figure">
            <Left nano={all.availableNanoUsd} />
          </div>
          <Measure of={all} size="small" />
        </div>
        <div>
          <div className="label">Expires in 7 days</div>
          <div className="figure">
            <Left nano={sum(soon, (key) => key.availableNanoUsd)} />
          </div>
          <div className="beside">on {count(soon.length, 'key')}</div>
        </div>
        <div>
          <div className="label">Spent from them</div>
          <div className="figure">
            <Charge nano={all.spentNanoUsd} />
          </div>
          <div className="beside">
            <Charge nano={all.heldNanoUsd} /> held now
          </div>
        </div>
      </div>
    </section>
  );
}
