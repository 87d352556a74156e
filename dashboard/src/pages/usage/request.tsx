import { useQuery } from '@tanstack/react-query';
import { EyeOff } from 'lucide-react';
import type { Schemas } from '../../api/client.ts';
import { devicesQuery, keysQuery, requestQuery } from '../../api/queries.ts';
import { moneyExact, moneyPrice } from '../../format/money.ts';
import { duration, groups } from '../../format/number.ts';
import { absolute } from '../../format/time.ts';
import { Charge, Unknown } from '../../ui/amount.tsx';
import { Of } from '../../ui/blank.tsx';
import { Drawer } from '../../ui/dialog.tsx';
import { Receipt, ReceiptLine, ReceiptSum } from '../../ui/receipt.tsx';
import { nameOf } from '../keys/standing.ts';
import { endOf, kindOf } from './words.ts';

type Detail = Schemas['UsageDetail'];

/** One request, as the ledger has it. */
export default function OneRequest({ id, onClose }: { id: string; onClose: () => void }) {
  const query = useQuery(requestQuery(id));
  return (
    <Drawer title="One request" onClose={onClose}>
      <Of query={query}>{(detail) => <Facts of={detail} />}</Of>
    </Drawer>
  );
}

function Facts({ of: row }: { of: Detail }) {
  const devices = useQuery(devicesQuery);
  const device = devices.data?.find((one) => one.id === row.deviceId);
  const keys = useQuery(keysQuery);
  const key = keys.data?.find((one) => one.id === row.keyId);
  const settled = new Date(row.at);
  const asked = new Date(settled.getTime() - row.latencyMs);
  const back = BigInt(row.heldNanoUsd) - BigInt(row.costNanoUsd);
  return (
    <>
      <div>
        <div className="row whole">
          <b className="strong cut" title={row.model}>
            {row.model}
          </b>
          <span className="tag">{kindOf(row.kind)}</span>
        </div>
        <div className="muted small num">{absolute(new Date(row.at))}</div>
      </div>
      <Price of={row} />
      <dl className="facts">
        <dt>Held, then back</dt>
        <dd>
          <Charge nano={row.heldNanoUsd} />, <Charge nano={back} /> returned
        </dd>
        {BigInt(row.varianceNanoUsd) > 0n && (
          <>
            <dt>Borne by the house</dt>
            <dd>
              <Charge nano={row.varianceNanoUsd} />, which the provider billed beyond its limits
            </dd>
          </>
        )}
        <dt>Out of</dt>
        <dd>{key ? `${nameOf(key)}, …${key.last4}` : <Unknown why="The lot is not in the list any more." />}</dd>
        <dt>Price</dt>
        <dd>
          {row.priceVersion ?? (BigInt(row.costNanoUsd) === 0n ? 'free' : <Unknown why="The row names no version." />)}
        </dd>
        <dt>Asked</dt>
        <dd className="num">{absolute(asked)}</dd>
        <dt>Settled</dt>
        <dd className="num">
          {absolute(settled)}, after {duration(row.latencyMs)}
        </dd>
        <dt>End</dt>
        <dd>{endOf(row)}</dd>
        <dt>Device</dt>
        <dd>{device ? device.name : <Unknown why="The device is not in the list any more." />}</dd>
        <dt>Repository</dt>
        <dd>{row.repository ?? <Unknown why="The request named no repository." />}</dd>
        <dt>Branch</dt>
        <dd>{row.branch ?? <Unknown why="The request named no branch." />}</dd>
        <dt>Route</dt>
        <dd>
          {row.upstream}, as {row.upstreamModel}
        </dd>
        <dt>Request</dt>
        <dd className="mono">{row.requestId}</dd>
        {row.providerResponseId && (
          <>
            <dt>At the provider</dt>
            <dd className="mono">{row.providerResponseId}</dd>
          </>
        )}
      </dl>
      <div className="note">
        <EyeOff aria-hidden="true" />
        <span>What was asked and answered is not kept. Only the counts are.</span>
      </div>
    </>
  );
}

const PRICED: Record<Schemas['PricedTokens'], string> = {
  input: 'Input, new',
  cacheRead: 'Input, read from cache',
  cacheWrite: 'Input, written to cache',
  output: 'Output',
};

/** Tokens times price, line by line; where the price of then is not known, the tokens alone. */
function Price({ of: row }: { of: Detail }) {
  const { price, usage, costNanoUsd } = row;
  if (!price) return <Tokens of={row} />;
  const other = BigInt(price.otherNanoUsd);
  return (
    <Receipt label="How the charge came about">
      {price.lines.map((line) => (
        <ReceiptLine
          key={line.of}
          what={PRICED[line.of]}
          amount={moneyExact(line.amountNanoUsd)}
          how={`${groups(line.tokens)} × ${moneyPrice(line.priceNanoUsd)} a million${
            line.of === 'output' && usage.reasoningTokens
              ? `; ${groups(usage.reasoningTokens)} of them for reasoning`
              : ''
          }`}
        />
      ))}
      {price.multiplier !== '1' && (
        <ReceiptLine
          what={`The gateway’s factor, × ${price.multiplier}`}
          amount={moneyExact(price.multiplierNanoUsd)}
        />
      )}
      {other !== 0n && (
        <ReceiptLine
          what={other > 0n && other <= 4n ? 'Rounded up, once' : 'Other'}
          amount={moneyExact(price.otherNanoUsd)}
          how={
            other > 0n && other <= 4n
              ? undefined
              : 'another service tier, input kept for an hour, searches, or the provider’s own word'
          }
        />
      )}
      <ReceiptSum what="Charged" amount={moneyExact(costNanoUsd)} />
    </Receipt>
  );
}

function Tokens({ of: { usage, costNanoUsd } }: { of: Detail }) {
  const lines: [string, number | undefined][] = [
    ['Input, new', usage.inputTokens],
    ['Input, read from cache', usage.cacheReadTokens],
    ['Input, written to cache', usage.cacheWriteTokens],
    ['Output', usage.outputTokens],
  ];
  return (
    <Receipt label="What was used">
      {lines
        .filter(([, count]) => (count ?? 0) > 0)
        .map(([what, count]) => (
          <ReceiptLine
            key={what}
            what={what}
            amount={`${groups(count ?? 0)} tokens`}
            how={
              what === 'Output' && usage.reasoningTokens
                ? `${groups(usage.reasoningTokens)} of them for reasoning`
                : undefined
            }
          />
        ))}
      <ReceiptSum what="Charged" amount={moneyExact(costNanoUsd)} />
    </Receipt>
  );
}
