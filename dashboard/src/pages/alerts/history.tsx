import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BellOff, Check, CircleAlert, CircleCheck, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import { alertsQuery, useAnswerAlert, type Alert, type AlertView } from '../../api/alerts.ts';
import { duration } from '../../format/number.ts';
import { absolute, ago } from '../../format/time.ts';
import { Blank, Bones, Failed } from '../../ui/blank.tsx';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Refused } from '../sign-in/sign-in.tsx';
import { Deliveries } from './deliveries.tsx';
import { KINDS, toneOf } from './words.ts';

interface HistoryProps {
  view: AlertView;
  /** The alert that somebody came for. */
  shown: string | undefined;
  span: 8 | undefined;
}

export function History({ view, shown, span }: HistoryProps) {
  const query = useInfiniteQuery(alertsQuery(view));
  const alerts = query.data?.pages.flatMap((page) => page.alerts);
  return (
    <Panel flush span={span} label={view === 'open' ? 'Open alerts' : 'Alerts of 30 days'}>
      {alerts === undefined &&
        (query.error ? <Failed error={query.error} retry={query.refetch} /> : <Bones rows={6} />)}
      {alerts?.length === 0 && (
        <Blank icon={BellOff} title={view === 'open' ? 'Nothing asks for you' : 'Nothing was told in 30 days'}>
          Limits, dear days, unusual use and providers that are down are told here, and sent by the channels that you
          choose.
        </Blank>
      )}
      {alerts !== undefined && alerts.length > 0 && (
        <ul className="alerts">
          {alerts.map((alert) => (
            <One key={alert.id} alert={alert} isShown={alert.id === shown} />
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <div className="card-pad">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            Earlier alerts
          </Button>
        </div>
      )}
    </Panel>
  );
}

const ICONS = { bad: CircleAlert, warn: TriangleAlert, off: CircleCheck, ok: CircleCheck };

function One({ alert, isShown }: { alert: Alert; isShown: boolean }) {
  const [isOpen, setOpen] = useState(isShown);
  useEffect(() => {
    if (isShown) setOpen(true);
  }, [isShown]);
  const answer = useAnswerAlert();
  const tone = toneOf(alert);
  const Icon = ICONS[tone];
  const raised = new Date(alert.raisedAt);
  const about = `about-${alert.id}`;
  return (
    <li className="alert" data-state={alert.state} data-shown={isShown || undefined}>
      <span className="state" data-tone={tone}>
        <Icon aria-hidden="true" />
      </span>
      <div className="alert-words">
        <button
          type="button"
          className="plain-link name"
          aria-expanded={isOpen}
          aria-controls={about}
          onClick={() => setOpen(!isOpen)}
        >
          {alert.title}
        </button>
        <span className="under">
          {KINDS[alert.kind]}
          {alert.subject.kind !== 'gateway' && <> · {alert.subject.name}</>}
          {alert.state !== 'open' && <> · {stateOf(alert)}</>}
        </span>
        <div id={about} hidden={!isOpen} className="alert-about">
          <p className="soft">{alert.detail}</p>
          <p>
            <Place of={alert} />
          </p>
          <Deliveries of={alert} />
          {answer.error && <Refused error={answer.error} />}
        </div>
      </div>
      <span className="alert-when soft num" title={absolute(raised)}>
        {ago(raised)}
      </span>
      <span className="alert-acts">
        {alert.state === 'open' && (
          <Button
            size="small"
            disabled={answer.isPending}
            aria-label={`Mark as seen: ${alert.title}`}
            onClick={() => answer.mutate(`${alert.id}/acknowledge`)}
          >
            <Check aria-hidden="true" />
            Seen
          </Button>
        )}
        {alert.state !== 'resolved' && (
          <Button
            size="small"
            look="quiet"
            disabled={answer.isPending}
            aria-label={`Put away: ${alert.title}`}
            onClick={() => answer.mutate(`${alert.id}/resolve`)}
          >
            Put away
          </Button>
        )}
      </span>
    </li>
  );
}

function stateOf(alert: Alert): string {
  if (alert.state === 'acknowledged') return `seen by ${alert.acknowledgedBy ?? 'somebody'}`;
  if (alert.resolvedBy) return `put away by ${alert.resolvedBy}`;
  if (!alert.resolvedAt) return 'over';
  const lasted = new Date(alert.resolvedAt).getTime() - new Date(alert.raisedAt).getTime();
  return `over after ${duration(Math.max(lasted, 60_000))}`;
}

/** Where there is something to do about it. */
function Place({ of: { kind, subject } }: { of: Alert }) {
  if (kind === 'serviceDown' || kind === 'variance') return <Link to="/models">Look at models and providers</Link>;
  if (kind === 'highDailyCost' || kind === 'unusualActivity') return <Link to="/usage">Look at usage</Link>;
  if (subject.kind === 'key') return <Link to="/keys">Look at token keys</Link>;
  if (subject.kind === 'device') return <Link to="/devices">Look at devices</Link>;
  return <Link to="/">Look at the overview</Link>;
}
