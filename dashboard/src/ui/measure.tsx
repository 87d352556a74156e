import { moneyCharge, moneyLeft, moneyRatio, type NanoUsd } from '../format/money.ts';

export interface Holding {
  availableNanoUsd: string;
  heldNanoUsd: string;
  spentNanoUsd: string;
  grantedNanoUsd: string;
}

/** Below a tenth of what was granted it is time to say so. */
const LOW = 0.1;

export function standing(holding: Holding): 'left' | 'low' | 'exhausted' {
  const { availableNanoUsd: left, heldNanoUsd: held, grantedNanoUsd: granted } = holding;
  if (BigInt(left) <= 0n && BigInt(held) <= 0n && BigInt(granted) > 0n) return 'exhausted';
  return moneyRatio(left, granted) < LOW && BigInt(granted) > 0n ? 'low' : 'left';
}

export function sentence(holding: Holding): string {
  const { availableNanoUsd: left, heldNanoUsd: held, spentNanoUsd: spent, grantedNanoUsd: granted } = holding;
  return `${moneyLeft(left)} left, ${moneyCharge(held)} held, ${moneyCharge(spent)} spent of ${moneyLeft(granted)}`;
}

/** Left, held and spent, always in this order. The same wherever money appears. */
export function Measure({ of, size, isOld }: { of: Holding; size?: 'large' | 'small'; isOld?: boolean }) {
  const parts: [string, NanoUsd][] = [
    ['left', of.availableNanoUsd],
    ['held', of.heldNanoUsd],
    ['spent', of.spentNanoUsd],
  ];
  const all = BigInt(of.grantedNanoUsd);
  const shown = parts.filter(([, amount]) => BigInt(amount) > 0n);
  return (
    <div
      className="measure"
      role="img"
      aria-label={sentence(of)}
      data-size={size}
      data-standing={isOld ? 'offline' : standing(of)}
    >
      {shown.length === 0 && <i className="spent" style={{ flex: '1 1 0' }} />}
      {shown.map(([name, amount]) => (
        <i key={name} className={name} style={{ flex: `${moneyRatio(amount, all).toString()} 1 0` }} />
      ))}
    </div>
  );
}
