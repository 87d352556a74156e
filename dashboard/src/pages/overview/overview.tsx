import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ChartColumn } from 'lucide-react';
import { lazy, Suspense } from 'react';
import type { Schemas } from '../../api/client.ts';
import { balanceQuery, overviewQuery } from '../../api/queries.ts';
import { useSession } from '../../api/session.ts';
import { count, percent } from '../../format/number.ts';
import { calendarDay } from '../../format/time.ts';
import { Page } from '../../shell/page.tsx';
import { holdsCredit, runsOffice } from '../../shell/places.ts';
import { Charge, Tokens } from '../../ui/amount.tsx';
import { Blank, Bones, Of } from '../../ui/blank.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Balance } from './balance.tsx';
import { Latest } from './latest.tsx';
import { Models } from './models.tsx';
import { Running } from './running.tsx';
import { RunsOut } from './runs-out.tsx';

const Heat = lazy(() => import('../../ui/chart/heat.tsx'));
const HeatKey = lazy(() => import('../../ui/chart/heat.tsx').then((module) => ({ default: module.HeatKey })));

const WEEKS = 52;

export function Overview() {
  const overview = useQuery(overviewQuery);
  const { role } = useSession().member;
  const isHolder = holdsCredit(role);
  return (
    <Page title="Overview" lead={isHolder ? undefined : 'Sums over everybody at this gateway.'}>
      {isHolder && <Credit overview={overview} />}
      <section className="card" aria-label="Use">
        <Of query={overview} rows={2}>
          {(data) => <Figures of={data} />}
        </Of>
      </section>
      {isHolder && <Running isAll={runsOffice(role)} />}
      <div className="columns">
        {isHolder && <Latest />}
        <Panel span={isHolder ? 4 : 12} title="This month by model">
          <Of query={overview}>{(data) => <Models rows={data.models} total={data.thisMonth} />}</Of>
        </Panel>
      </div>
      <Panel
        title="Activity"
        beside={
          <>
            <span className="muted">52 weeks</span>
            <span className="push">
              <Suspense>
                <HeatKey />
              </Suspense>
            </span>
          </>
        }
      >
        <Of query={overview}>{(data) => <Activity of={data} />}</Of>
      </Panel>
    </Page>
  );
}

/** What one holds, and until when it lasts; for who runs the gateway, until when all of its credit does. */
function Credit({ overview }: { overview: UseQueryResult<Schemas['Overview']> }) {
  const balance = useQuery(balanceQuery);
  const isOffice = runsOffice(useSession().member.role);
  const hasCredit = balance.data === undefined || balance.data.lots.length > 0;
  return (
    <div className="columns">
      <Balance query={balance} isBeside={hasCredit || isOffice} />
      {(hasCredit || isOffice) && (
        <Panel span={5} title={isOffice ? 'When the gateway’s credit runs out' : 'When it runs out'}>
          <Of query={overview}>{({ outlook }) => <RunsOut outlook={outlook ?? null} />}</Of>
        </Panel>
      )}
    </div>
  );
}

function Figures({ of: data }: { of: Schemas['Overview'] }) {
  const { soFarToday, thisMonth, monthBefore } = data;
  const input = inputOf(thisMonth);
  return (
    <div className="figures">
      <div>
        <div className="label">Today</div>
        <div className="figure">
          <Charge nano={soFarToday.costNanoUsd} />
        </div>
        <div className="beside">
          <Tokens count={tokensOf(soFarToday)} /> tokens · {count(soFarToday.requests, 'request')}
        </div>
      </div>
      <div>
        <div className="label">This month</div>
        <div className="figure">
          <Charge nano={thisMonth.costNanoUsd} />
        </div>
        <div className="beside">
          <Tokens count={tokensOf(thisMonth)} /> tokens · <Compared now={thisMonth} before={monthBefore} />
        </div>
      </div>
      <div>
        <div className="label">Read from cache</div>
        <div className="figure num">{percent(thisMonth.usage.cacheReadTokens ?? 0, input)}</div>
        <div className="beside">of this month’s input</div>
      </div>
      <div>
        <div className="label">Usual day</div>
        <div className="figure">
          <Charge nano={data.activity.usualDayNanoUsd} />
        </div>
        <div className="beside">the median of {count(data.activity.activeDays, 'day')} with use</div>
      </div>
    </div>
  );
}

const inputOf = ({ usage }: Schemas['UsageTotals']): number =>
  (usage.inputTokens ?? 0) + (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0);
const tokensOf = (totals: Schemas['UsageTotals']): number => inputOf(totals) + (totals.usage.outputTokens ?? 0);

function Compared({ now, before }: { now: Schemas['UsageTotals']; before: Schemas['UsageTotals'] }) {
  const [is, was] = [BigInt(now.costNanoUsd), BigInt(before.costNanoUsd)];
  if (was === 0n) return <>nothing by this day last month</>;
  const change = Number(((is - was) * 100n) / was);
  if (change === 0) return <>as much as by this day last month</>;
  return (
    <>
      {Math.abs(change)}% {change < 0 ? 'less' : 'more'} than by this day last month
    </>
  );
}

function Activity({ of: { activity, today } }: { of: Schemas['Overview'] }) {
  const { days, activeDays, longestRunDays, dearest, usualDayNanoUsd } = activity;
  if (days.length === 0)
    return (
      <Blank
        icon={ChartColumn}
        title="No use yet"
        actions={
          <Link to="/redeem" className="button">
            Set up a tool
          </Link>
        }
      >
        Each day with a request gets a square here, the greener the dearer.
      </Blank>
    );
  return (
    <div className="activity">
      <Suspense fallback={<Bones />}>
        <Heat days={days} today={today} weeks={WEEKS} />
      </Suspense>
      <dl className="facts num">
        <dt>Active days</dt>
        <dd>
          {activeDays} of {WEEKS * 7}
        </dd>
        <dt>Longest run</dt>
        <dd>{count(longestRunDays, 'day')}</dd>
        {dearest && (
          <>
            <dt>Dearest day</dt>
            <dd>
              <Charge nano={dearest.costNanoUsd} /> on{' '}
              <Link to="/usage" search={{ from: dearest.day, to: dearest.day }}>
                {calendarDay(dearest.day)}
              </Link>
            </dd>
          </>
        )}
        <dt>Usual day</dt>
        <dd>
          <Charge nano={usualDayNanoUsd} />
        </dd>
      </dl>
    </div>
  );
}
