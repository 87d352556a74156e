import type { UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Ticket } from 'lucide-react';
import type { Schemas } from '../../api/client.ts';
import { moneyExact, moneyLeft, moneyTail } from '../../format/money.ts';
import { until } from '../../format/time.ts';
import { Charge, Left, OnDay, useAbout } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Measure, standing } from '../../ui/measure.tsx';
import { Note } from '../../ui/note.tsx';
import { Panel } from '../../ui/panel.tsx';
import './overview.css';

type Balance = Schemas['Balance'];

/** What is left to spend, and the lots that it is in. */
export function Balance({ query, isBeside }: { query: UseQueryResult<Balance>; isBeside: boolean }) {
  return (
    <Panel span={isBeside ? 7 : 12} flush label="Balance">
      <Of query={query}>{(balance) => (balance.lots.length === 0 ? <NoCredit /> : <Held balance={balance} />)}</Of>
    </Panel>
  );
}

const NoCredit = () => (
  <Blank
    icon={Ticket}
    title="No credit of your own yet"
    actions={
      <Link to="/redeem" className="button" data-look="primary">
        Redeem a key
      </Link>
    }
  >
    A token key brings it: $5.00 or $500.00, for the models that it names. Ask whoever runs this gateway for one.
  </Blank>
);

function Held({ balance }: { balance: Balance }) {
  const { availableNanoUsd: left } = balance;
  return (
    <>
      <div className="card-pad">
        <div className="balance-head">
          <div>
            <div className="label">
              Left to spend
              <About nano={left} />
            </div>
            <div className="figure largest" title={`${moneyExact(left)} exactly`}>
              {moneyLeft(left)}
              {BigInt(left) > 0n && <span className="tail">{moneyTail(left)}</span>}
            </div>
          </div>
          <Link to="/redeem" className="button on-wide">
            <Ticket aria-hidden="true" />
            Redeem a key
          </Link>
        </div>
        <div style={{ marginTop: '14px' }}>
          <Measure of={balance} size="large" />
        </div>
        <div className="measure-parts">
          <span>
            <i className="swatch left" />
            Left
            <b>{moneyLeft(left)}</b>
          </span>
          <span title="Reserved for requests that are running. What they do not use comes back.">
            <i className="swatch held" />
            Held
            <b>
              <Charge nano={balance.heldNanoUsd} />
            </b>
          </span>
          <span>
            <i className="swatch spent" />
            Spent
            <b>
              <Charge nano={balance.spentNanoUsd} />
            </b>
          </span>
        </div>
        <Advice balance={balance} />
      </div>
      <Lots lots={balance.lots} />
    </>
  );
}

function About({ nano }: { nano: string }) {
  const converted = useAbout(nano);
  return converted === undefined ? null : <span className="muted num"> {converted}</span>;
}

function Advice({ balance }: { balance: Balance }) {
  const now = standing(balance);
  if (now === 'left') return null;
  return (
    <div style={{ marginTop: '16px' }}>
      {now === 'exhausted' ? (
        <Note tone="bad">
          <b>Requests that cost are refused.</b> <Link to="/redeem">Redeem a key</Link>, ask for more credit, or use a
          model that is free.
        </Note>
      ) : (
        <Note tone="warn">
          Less than a tenth is left. <Link to="/redeem">Redeem a key</Link> or ask for more credit in time.
        </Note>
      )}
    </div>
  );
}

const Lots = ({ lots }: { lots: Balance['lots'] }) => (
  <table className="folds lots">
    <caption className="only-read">Lots of credit</caption>
    <thead>
      <tr>
        <th scope="col">Lot</th>
        <th scope="col" className="on-wide">
          <span className="only-read">Measure</span>
        </th>
        <th scope="col" className="n">
          Left
        </th>
        <th scope="col" className="n">
          Of
        </th>
        <th scope="col" className="n">
          Expires
        </th>
      </tr>
    </thead>
    <tbody>
      {lots.map((lot) => (
        <tr key={lot.id}>
          <td>
            <span className="name">Token key …{lot.keyLast4}</span>
            <span className="under on-narrow">{lot.expiresAt ? until(new Date(lot.expiresAt)) : 'never expires'}</span>
          </td>
          <td className="on-wide" style={{ width: '28%' }}>
            <Measure of={{ ...lot, spentNanoUsd: spentOf(lot) }} size="small" />
          </td>
          <td className="n strong">
            <Left nano={lot.availableNanoUsd} />
          </td>
          <td className="n muted folded">
            <Left nano={lot.grantedNanoUsd} />
          </td>
          <td className="n soft folded">
            {lot.expiresAt ? (
              <>
                <OnDay at={lot.expiresAt} />
                <span className="under">{until(new Date(lot.expiresAt))}</span>
              </>
            ) : (
              'never'
            )}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);

/** What a lot's measure needs is what the other two leave of the whole. */
const spentOf = (lot: Balance['lots'][number]): string =>
  (BigInt(lot.grantedNanoUsd) - BigInt(lot.availableNanoUsd) - BigInt(lot.heldNanoUsd)).toString();
