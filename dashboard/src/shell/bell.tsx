import * as Popover from '@radix-ui/react-popover';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Bell as BellIcon, BellRing, CheckCheck, CircleAlert, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { openAlertsQuery, useAnswerAlert, type Alert } from '../api/alerts.ts';
import { useSession } from '../api/session.ts';
import { count } from '../format/number.ts';
import { ago } from '../format/time.ts';
import { KINDS, toneOf } from '../pages/alerts/words.ts';
import { Blank, Of } from '../ui/blank.tsx';
import { Button } from '../ui/button.tsx';
import './bell.css';

/** What is open, wherever one is. Whoever sees only sums has nothing to be told of. */
export function Bell() {
  const { member } = useSession();
  return member.role === 'viewer' ? null : <OpenAlerts />;
}

const MANY = 99;

function OpenAlerts() {
  const query = useQuery(openAlertsQuery);
  const [isOpen, setOpen] = useState(false);
  const open = query.data?.open ?? 0;
  const Icon = open === 0 ? BellIcon : BellRing;
  const shown = open > MANY ? `${MANY.toString()}+` : open.toString();
  const close = () => setOpen(false);
  return (
    <Popover.Root open={isOpen} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button
          look="quiet"
          data-shape="icon"
          className="bell"
          aria-label={open === 0 ? 'Alerts, none open' : `Alerts, ${shown} open`}
        >
          <Icon aria-hidden="true" />
          {open > 0 && (
            <span className="bell-count num" aria-hidden="true">
              {shown}
            </span>
          )}
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className="bell-list"
          aria-label="Open alerts"
          align="end"
          sideOffset={6}
          collisionPadding={12}
        >
          <div className="bell-head">
            <h2>Alerts</h2>
            {open > 0 && <SeenAll />}
          </div>
          <Of query={query} rows={3}>
            {({ alerts }) =>
              alerts.length === 0 ? (
                <Blank icon={BellIcon} title="Nothing asks for you">
                  What needs a person is told here at once.
                </Blank>
              ) : (
                <ul>
                  {alerts.map((alert) => (
                    <One key={alert.id} alert={alert} close={close} />
                  ))}
                </ul>
              )
            }
          </Of>
          <div className="bell-foot">
            <Link to="/alerts" search={{}} onClick={close}>
              {open > 0 ? `See ${count(open, 'open alert')}` : 'See the last 30 days'}
            </Link>
          </div>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function SeenAll() {
  const seen = useAnswerAlert();
  return (
    <Button look="quiet" size="small" disabled={seen.isPending} onClick={() => seen.mutate('acknowledge')}>
      <CheckCheck aria-hidden="true" />
      Mark all as seen
    </Button>
  );
}

function One({ alert, close }: { alert: Alert; close: () => void }) {
  const Icon = toneOf(alert) === 'bad' ? CircleAlert : TriangleAlert;
  return (
    <li>
      <Link to="/alerts" search={{ alert: alert.id }} onClick={close}>
        <span className="state" data-tone={toneOf(alert)}>
          <Icon aria-hidden="true" />
        </span>
        <span>
          <span className="name">{alert.title}</span>
          <span className="bell-about">
            {KINDS[alert.kind]} · {ago(new Date(alert.raisedAt))}
          </span>
        </span>
      </Link>
    </li>
  );
}
