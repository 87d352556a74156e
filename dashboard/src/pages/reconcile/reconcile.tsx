/** What was metered against what the providers billed, by UTC day and model. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { FileUp, RefreshCw, Scale } from 'lucide-react';
import { useState } from 'react';
import { answer, api, type Schemas } from '../../api/client.ts';
import { reconciliationQuery } from '../../api/queries.ts';
import { addDays } from '../../format/days.ts';
import { moneyExact } from '../../format/money.ts';
import { count } from '../../format/number.ts';
import { calendarDay } from '../../format/time.ts';
import { Page } from '../../shell/page.tsx';
import { Ago, Charge, Unknown } from '../../ui/amount.tsx';
import { Blank, Of } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Segments } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { State, type Tone } from '../../ui/state.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { BillingKey } from './billing-key.tsx';
import { ImportBill } from './import-bill.tsx';
import './reconcile.css';

type Found = Schemas['Reconciliation'];
type Line = Schemas['ReconciliationLine'];

const PERIODS = [
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
] as const;

const SHOWN = [
  ['all', 'All'],
  ['alarming', 'To look at'],
] as const;

const STATES: Record<Line['state'], [Tone, string]> = {
  matches: ['ok', 'Matches'],
  differs: ['bad', 'Differs'],
  onlyMetered: ['warn', 'Only metered'],
  onlyBilled: ['bad', 'Only billed'],
  notToldYet: ['off', 'Not told yet'],
};

const isAlarming = ({ state }: Line): boolean =>
  state === 'differs' || state === 'onlyMetered' || state === 'onlyBilled';

const KINDS: Record<Schemas['BillingSourceKind'], string> = {
  provider: 'The provider tells it',
  file: 'Imported from files',
  noKey: 'The provider tells it; no billing key yet',
};

/** The days that a period asks for, in UTC as the bills are. */
function asked(period: string): { since: string; until: string } {
  const until = addDays(new Date().toISOString().slice(0, 10), 1);
  return { since: addDays(until, -Number(period)), until };
}

export function Reconcile() {
  const [period, setPeriod] = useState<(typeof PERIODS)[number][0]>('7');
  const [isImporting, setImporting] = useState(false);
  const query = useQuery(reconciliationQuery(asked(period)));
  const client = useQueryClient();
  const read = useMutation({
    mutationFn: () => answer(api.POST('/api/v1/reconciliation', { params: { query: asked(period) } })),
    onSuccess: () => void client.invalidateQueries({ queryKey: ['reconciliation'] }),
  });
  return (
    <Page title="Reconciliation">
      <div className="row between">
        <Segments label="Period" value={period} options={PERIODS} onChange={setPeriod} />
        <span className="row">
          <Button onClick={() => setImporting(true)}>
            <FileUp aria-hidden="true" />
            Import a bill
          </Button>
          <Button disabled={read.isPending} onClick={() => read.mutate()}>
            <RefreshCw aria-hidden="true" />
            {read.isPending ? 'Asking…' : 'Ask the providers now'}
          </Button>
        </span>
      </div>
      {read.error && <Refused error={read.error} />}
      <Of query={query} rows={6}>
        {(found) => (
          <>
            <Sums of={found.lines} />
            <Lines of={found.lines} />
            <Sources of={found.sources} />
          </>
        )}
      </Of>
      {isImporting && <ImportBill onClose={() => setImporting(false)} />}
    </Page>
  );
}

/** Sums of what both sides know, so that the difference is one of equal things. */
function Sums({ of: lines }: { of: Line[] }) {
  const both = lines.filter((line) => line.metered?.costNanoUsd && line.billed?.costNanoUsd);
  const sum = (pick: (line: Line) => string | null | undefined, from: Line[]) =>
    from.reduce((all, line) => all + BigInt(pick(line) ?? '0'), 0n);
  const metered = sum((line) => line.metered?.costNanoUsd, both);
  const billed = sum((line) => line.billed?.costNanoUsd, both);
  const alarming = lines.filter(isAlarming).length;
  return (
    <section className="card" aria-label="Sums">
      <div className="figures">
        <div>
          <div className="label">Metered</div>
          <div className="figure">
            <Charge nano={metered} />
          </div>
          <div className="beside">where a bill is there</div>
        </div>
        <div>
          <div className="label">Billed</div>
          <div className="figure">
            <Charge nano={billed} />
          </div>
          <div className="beside">on the same {count(both.length, 'line')}</div>
        </div>
        <div>
          <div className="label">Difference</div>
          <div className="figure" title={moneyExact(billed - metered)}>
            <Signed nano={billed - metered} />
          </div>
          <div className="beside">billed less metered</div>
        </div>
        <div>
          <div className="label">To look at</div>
          <div className="figure num">{alarming}</div>
          <div className="beside">
            {alarming === 0 ? 'all within the tolerance' : `of ${count(lines.length, 'line')}`}
          </div>
        </div>
      </div>
    </section>
  );
}

const Signed = ({ nano }: { nano: bigint }) => (
  <>
    {nano > 0n ? '+' : ''}
    <Charge nano={nano} />
  </>
);

function Lines({ of: lines }: { of: Line[] }) {
  const [shown, setShown] = useState<(typeof SHOWN)[number][0]>('all');
  const found = lines.filter((line) => shown === 'all' || isAlarming(line));
  return (
    <Panel
      flush
      title="By day and model"
      beside={
        <span className="push">
          <Segments label="Show" value={shown} options={SHOWN} onChange={setShown} />
        </span>
      }
    >
      {found.length === 0 ? (
        <Blank icon={Scale} title={lines.length === 0 ? 'Nothing was used in these days' : 'Everything matches'}>
          {lines.length === 0
            ? 'As soon as a request costs something, its model stands here beside what the provider bills for it.'
            : 'What was metered is what was billed, within the tolerance.'}
        </Blank>
      ) : (
        <div className="scroll reconcile-lines" tabIndex={0} role="region" aria-label="Lines">
          <table className="folds">
            <thead>
              <tr>
                <th scope="col">Model</th>
                <th scope="col">Day, UTC</th>
                <th scope="col" className="n">
                  Metered
                </th>
                <th scope="col" className="n">
                  Billed
                </th>
                <th scope="col" className="n">
                  Difference
                </th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {found.map((line) => (
                <OneLine key={`${line.day} ${line.upstream} ${line.model}`} of={line} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

function OneLine({ of: line }: { of: Line }) {
  const [tone, words] = STATES[line.state];
  const difference = line.difference?.costNanoUsd;
  return (
    <tr>
      <td className="wide-name">
        <span className="name cut" style={{ display: 'block' }} title={line.model}>
          {line.model}
        </span>
        <span className="under cut">{line.upstream}</span>
        <span className="on-narrow">
          <span className="muted small num">{calendarDay(line.day)} </span>
          <State tone={tone}>{words}</State>
        </span>
      </td>
      <td className="soft num nowrap folded">{calendarDay(line.day)}</td>
      <td className="n soft folded">
        <Amount of={line.metered} why="Nothing was metered." />
      </td>
      <td className="n soft folded">
        <Amount of={line.billed} why="Nothing was billed, or nobody told yet." />
      </td>
      <td className="n strong">
        {difference ? <Signed nano={BigInt(difference)} /> : <Unknown why="Only one side is known." />}
      </td>
      <td className="folded">
        <State tone={tone}>{words}</State>
      </td>
    </tr>
  );
}

const Amount = ({ of, why }: { of: Line['metered']; why: string }) =>
  of?.costNanoUsd ? <Charge nano={of.costNanoUsd} digits={4} /> : <Unknown why={why} />;

function Sources({ of: sources }: { of: Found['sources'] }) {
  const [keyFor, setKeyFor] = useState<string>();
  if (sources.length === 0) return null;
  return (
    <Panel flush title="Where the bills come from">
      <div className="scroll">
        <table className="folds">
          <thead>
            <tr>
              <th scope="col">Upstream</th>
              <th scope="col">How</th>
              <th scope="col">Last read</th>
              <th scope="col">
                <span className="only-read">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sources.map((source) => (
              <tr key={source.upstream}>
                <td className="wide-name">
                  <span className="name cut" style={{ display: 'block' }}>
                    {source.upstream}
                  </span>
                  {source.problem && <span className="under">{source.problem}</span>}
                </td>
                <td className="soft folded">{KINDS[source.kind]}</td>
                <td className="soft folded">
                  {source.readAt ? <Ago at={source.readAt} /> : <Unknown why="No bill was read yet." />}
                </td>
                <td className="act">
                  {source.kind !== 'file' && (
                    <Button
                      size="small"
                      aria-label={`${source.kind === 'noKey' ? 'Store a billing key' : 'Replace the key'} of ${source.upstream}`}
                      onClick={() => setKeyFor(source.upstream)}
                    >
                      {source.kind === 'noKey' ? 'Store a billing key' : 'Replace the key'}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {keyFor !== undefined && <BillingKey upstream={keyFor} onClose={() => setKeyFor(undefined)} />}
    </Panel>
  );
}
