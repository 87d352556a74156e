import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { summaryQuery } from '../../api/queries.ts';
import { useSession } from '../../api/session.ts';
import { dayText } from '../../format/time.ts';
import { Page } from '../../shell/page.tsx';
import { runsOffice } from '../../shell/places.ts';
import { useShortcuts } from '../../shell/shortcuts.ts';
import { Bones, Of } from '../../ui/blank.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Segments } from '../../ui/field.tsx';
import { summaryAsked } from './asked.ts';
import { Filters } from './filters.tsx';
import { Folds } from './folds.tsx';
import { moved, spanOf } from './period.ts';
import { Reported } from './reported.tsx';
import { FOLDS, within, type UsageSearch } from './search.ts';
import './usage.css';

const Chart = lazy(() => import('./chart.tsx'));
const Rows = lazy(() => import('./rows.tsx'));
const OneRequest = lazy(() => import('./request.tsx'));

/** What is read of an answer counts as watched only once the chart has come, and by then it may have failed. */
const HANDED_ON = { notifyOnChangeProps: 'all' } as const;

export type Change = (change: UsageSearch) => void;

export function Usage() {
  const search = useSearch({ from: '/inside/usage' });
  const navigate = useNavigate();
  const { member } = useSession();
  // What it is today is the gateway's to say; until it has said so, this browser's day is near enough.
  const first = useQuery({ ...summaryQuery({ groupBy: 'day' }), ...HANDED_ON });
  const today = first.data?.today ?? dayText(new Date());
  const span = spanOf(search, today);
  const change: Change = (next) =>
    void navigate({ to: '/usage', search: (now) => clean({ ...now, ...next }), replace: true, resetScroll: false });
  const move = (direction: -1 | 1) => change({ ...moved(span, direction), period: undefined });
  useShortcuts({ '[': () => move(-1), ']': () => move(1) });
  const { fold = 'requests', stack = 'model' } = search;
  const days = useQuery({
    ...summaryQuery(summaryAsked(search, span, 'day', stack)),
    enabled: first.data !== undefined,
    ...HANDED_ON,
  });
  // Without the gateway's day there is nothing to ask for: what kept it away is told.
  const query = first.data === undefined ? first : days;
  return (
    <Page title="Usage">
      <Filters search={search} span={span} change={change} />
      <Suspense
        fallback={
          <Panel label="Cost per day">
            <Bones rows={6} />
          </Panel>
        }
      >
        <Chart query={query} search={search} span={span} today={today} change={change} />
      </Suspense>
      <Panel
        flush
        label="The same rows, folded"
        beside={
          <Segments
            label="Show as"
            value={fold}
            options={within(FOLDS, runsOffice(member.role))}
            onChange={(value) => change({ fold: value })}
          />
        }
      >
        {fold === 'requests' ? (
          <Suspense fallback={<Bones rows={6} />}>
            {member.role === 'viewer' ? (
              <p className="card-pad soft">Viewers see sums, not single requests.</p>
            ) : (
              <Of query={first} rows={6}>
                {({ timeZone }) => <Rows search={search} span={span} timeZone={timeZone} change={change} />}
              </Of>
            )}
          </Suspense>
        ) : (
          <Folds fold={fold} search={search} span={span} change={change} />
        )}
      </Panel>
      <Reported isOfTotals={member.role === 'viewer'} />
      {search.request !== undefined && (
        <Suspense>
          <OneRequest id={search.request} onClose={() => change({ request: undefined })} />
        </Suspense>
      )}
    </Page>
  );
}

const clean = (search: UsageSearch): UsageSearch =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));
