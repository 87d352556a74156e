import { useNavigate, useSearch } from '@tanstack/react-router';
import { useQuery } from '@tanstack/react-query';
import { openAlertsQuery } from '../../api/alerts.ts';
import { useSession } from '../../api/session.ts';
import { Page } from '../../shell/page.tsx';
import { runsOffice } from '../../shell/places.ts';
import { Segments } from '../../ui/field.tsx';
import { Channels, ChannelsInShort } from './channels.tsx';
import { History } from './history.tsx';
import { Rules, RulesInShort } from './rules.tsx';
import './alerts.css';

export type AlertsView = 'open' | 'all' | 'rules' | 'channels';

/** What was told, from when on it is told, and to whom. */
export function Alerts() {
  const { member } = useSession();
  const { view = 'open', alert } = useSearch({ from: '/inside/alerts' });
  const navigate = useNavigate();
  const { data } = useQuery(openAlertsQuery);
  const isOffice = runsOffice(member.role);
  const go = (next: AlertsView) => void navigate({ to: '/alerts', search: next === 'open' ? {} : { view: next } });
  const views: readonly (readonly [AlertsView, string])[] = [
    ['open', data === undefined ? 'Open' : `Open ${data.open.toString()}`],
    ['all', '30 days'],
    ...(isOffice
      ? ([
          ['rules', 'Rules'],
          ['channels', 'Channels'],
        ] as const)
      : []),
  ];
  if (view === 'rules' || view === 'channels')
    return (
      <Page title="Alerts">
        <Segments label="View" value={view} options={views} onChange={go} />
        {view === 'rules' ? <Rules /> : <Channels />}
      </Page>
    );
  return (
    <Page title="Alerts">
      <Segments label="View" value={view} options={views} onChange={go} />
      <div className={isOffice ? 'columns' : undefined}>
        <History key={view} view={view} shown={alert} span={isOffice ? 8 : undefined} />
        {isOffice && (
          <aside className="of-4 alerts-aside" aria-label="Rules and channels">
            <RulesInShort edit={() => go('rules')} />
            <ChannelsInShort edit={() => go('channels')} />
          </aside>
        )}
      </div>
    </Page>
  );
}
