import { Link } from '@tanstack/react-router';
import type { Schemas } from '../../api/client.ts';
import { moneyRatio } from '../../format/money.ts';
import { percent } from '../../format/number.ts';
import { Charge } from '../../ui/amount.tsx';
import { coloursOf, OTHER } from '../../ui/chart/colours.ts';
import '../../ui/chart/chart.css';

const SHOWN = 6;

/** Shares of this month, the dearest first. */
export function Models({ rows, total }: { rows: Schemas['SummaryRow'][]; total: Schemas['UsageTotals'] }) {
  if (rows.length === 0) return <p className="soft">No request this month.</p>;
  const shown = rows.slice(0, SHOWN);
  const colours = coloursOf(
    'model',
    shown.map((row) => row.group),
  );
  const rest = BigInt(total.costNanoUsd) - shown.reduce((sum, row) => sum + BigInt(row.costNanoUsd), 0n);
  return (
    <ul className="shares">
      {shown.map((row) => (
        <Share
          key={row.group}
          name={row.group}
          cost={row.costNanoUsd}
          of={total.costNanoUsd}
          colour={colours.get(row.group) ?? OTHER}
        />
      ))}
      {rows.length > SHOWN && <Share name="Other" cost={rest.toString()} of={total.costNanoUsd} colour={OTHER} />}
    </ul>
  );
}

function Share({ name, cost, of, colour }: { name: string; cost: string; of: string; colour: string }) {
  const share = moneyRatio(cost, of);
  return (
    <li>
      <span className="thing">
        <i className="swatch" style={{ background: colour }} />
        <Link to="/usage" search={{ period: 'month', model: name }} className="cut plain-link" title={name}>
          {name}
        </Link>
      </span>
      <span>
        <b className="strong">
          <Charge nano={cost} />
        </b>{' '}
        <span className="muted num">{BigInt(of) === 0n ? '' : percent(share, 1)}</span>
      </span>
      <span className="track" aria-hidden="true">
        <i style={{ width: `${(share * 100).toString()}%`, background: colour }} />
      </span>
    </li>
  );
}
