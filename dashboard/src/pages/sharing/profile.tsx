/** What a member shows of what their assistants used. */
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { UserRoundX } from 'lucide-react';
import { lazy, Suspense, type ReactNode } from 'react';
import { asRefusal, type Schemas } from '../../api/client.ts';
import { profileQuery, towersUrl, type Profile as Shown } from '../../api/sharing.ts';
import { count, percent } from '../../format/number.ts';
import { dayText } from '../../format/time.ts';
import { useDrawnTheme } from '../../shell/theme.ts';
import { Charge, Tokens, Unknown } from '../../ui/amount.tsx';
import { Blank, Bones, Failed } from '../../ui/blank.tsx';
import { toTheEnd } from '../../ui/chart/to-the-end.ts';
import { Segments } from '../../ui/field.tsx';
import { Panel } from '../../ui/panel.tsx';
import { Public } from './public.tsx';
import '../../ui/chart/chart.css';
import './sharing.css';

const Days = lazy(() => import('./days.tsx'));
const HeatKey = lazy(() => import('../../ui/chart/squares.tsx').then((module) => ({ default: module.HeatKey })));

const FORMS = [
  ['squares', 'Squares'],
  ['towers', 'Towers'],
] as const;

export function Profile() {
  const { handle } = useParams({ from: '/u/$handle' });
  const query = useQuery(profileQuery(handle));
  const isNobody = query.error !== null && asRefusal(query.error).status === 404;
  return (
    <Public title={query.data?.name ?? handle}>
      {query.data && <Whole of={query.data} />}
      {query.isPending && (
        <>
          <h1>{handle}</h1>
          <section className="card">
            <Bones rows={8} />
          </section>
        </>
      )}
      {query.data === undefined && query.error !== null && (
        <>
          <h1>{handle}</h1>
          <section className="card">
            {isNobody ? <Nobody /> : <Failed error={query.error} retry={query.refetch} />}
          </section>
        </>
      )}
    </Public>
  );
}

const Nobody = () => (
  <Blank
    icon={UserRoundX}
    title="There is no such profile"
    actions={
      <Link to="/leaderboard" className="button">
        Leaderboard
      </Link>
    }
  >
    Nobody shows anything under this name. Who does not want to be seen is not.
  </Blank>
);

const initial = (name: string): string => String.fromCodePoint(name.codePointAt(0) ?? 0x2022).toUpperCase();

const Whole = ({ of }: { of: Shown }) => (
  <>
    <header className="profile-head">
      <span className="profile-mark" aria-hidden="true">
        {initial(of.name)}
      </span>
      <div>
        <h1>{of.name}</h1>
        <p className="muted">@{of.handle}</p>
      </div>
    </header>
    <section className="card" aria-label="Sums">
      <div className="figures">
        <Figure label="Tokens" beside="on all machines that sent their days">
          <Tokens count={of.tokens} />
        </Figure>
        <Figure label="Cost" beside={of.costNanoUsd ? 'at list prices' : 'not shown'}>
          {of.costNanoUsd ? <Charge nano={of.costNanoUsd} /> : <Unknown why="The cost is not shown." />}
        </Figure>
        <Figure label="Streak" beside={`the longest was ${count(of.longestStreakDays, 'day')}`}>
          {count(of.streakDays, 'day')}
        </Figure>
        <Figure label="Active" beside="with at least one answer">
          {count(of.activeDays, 'day')}
        </Figure>
      </div>
    </section>
    <Activity of={of} />
    <div className="columns">
      <Parts title="Assistants" parts={of.clients} all={of.tokens} />
      <Parts title="Models" parts={of.models} all={of.tokens} />
    </div>
  </>
);

function Figure({ label, beside, children }: { label: string; beside: string; children: ReactNode }) {
  return (
    <div>
      <div className="label">{label}</div>
      <div className="figure">{children}</div>
      <div className="beside">{beside}</div>
    </div>
  );
}

function Activity({ of }: { of: Shown }) {
  const { form = 'squares' } = useSearch({ from: '/u/$handle' });
  const navigate = useNavigate();
  const show = (next: 'squares' | 'towers') =>
    void navigate({
      to: '/u/$handle',
      params: { handle: of.handle },
      search: next === 'towers' ? { form: next } : {},
      replace: true,
      resetScroll: false,
    });
  return (
    <Panel
      title="Activity"
      beside={
        <span className="push row">
          {form === 'squares' && (
            <Suspense>
              <HeatKey />
            </Suspense>
          )}
          <Segments label="Form" value={form} options={FORMS} onChange={show} />
        </span>
      }
    >
      {form === 'towers' ? (
        <Towers of={of} />
      ) : (
        <Suspense fallback={<Bones />}>
          <Days days={of.days} today={dayText(new Date())} />
        </Suspense>
      )}
    </Panel>
  );
}

/** The same picture as `token-tracker graph --3d` draws, on the paper of this page. */
function Towers({ of }: { of: Shown }) {
  const theme = useDrawnTheme();
  const days = of.days.length;
  return (
    <div
      className="towers"
      ref={toTheEnd}
      tabIndex={0}
      role="group"
      aria-label="Towers, scrolled sideways where narrow"
    >
      <img
        src={towersUrl(of.handle, theme)}
        alt={`A tower for each day of the last year, the higher the more was used; ${count(days, 'day')} with use`}
      />
    </div>
  );
}

const Parts = ({ title, parts, all }: { title: string; parts: Schemas['SharedPart'][]; all: number }) => (
  <Panel span={6} title={title}>
    {parts.length === 0 ? (
      <p className="muted">Nothing yet.</p>
    ) : (
      <ul className="shares">
        {parts.map((part, place) => (
          <li key={part.name}>
            <span className="cut" title={part.name}>
              {part.name}
            </span>
            <span className="num">
              <Tokens count={part.tokens} /> <span className="muted">{percent(part.tokens, all)}</span>
            </span>
            <span className="track" aria-hidden="true">
              <i
                style={{ width: `${((part.tokens / Math.max(all, 1)) * 100).toFixed(2)}%`, background: colour(place) }}
              />
            </span>
          </li>
        ))}
      </ul>
    )}
  </Panel>
);

const colour = (place: number): string => (place < 6 ? `var(--data-${(place + 1).toString()})` : 'var(--data-other)');
