import { useQuery } from '@tanstack/react-query';
import { EyeOff } from 'lucide-react';
import type { Schemas } from '../../api/client.ts';
import { devicesQuery, requestQuery } from '../../api/queries.ts';
import { moneyExact } from '../../format/money.ts';
import { duration, groups } from '../../format/number.ts';
import { absolute } from '../../format/time.ts';
import { Charge, Unknown } from '../../ui/amount.tsx';
import { Of } from '../../ui/blank.tsx';
import { Drawer } from '../../ui/dialog.tsx';
import { Receipt, ReceiptLine, ReceiptSum } from '../../ui/receipt.tsx';
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
      <Tokens of={row} />
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
        <dt>Took</dt>
        <dd>{duration(row.latencyMs)}</dd>
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
