import { Link, Outlet, useNavigate } from '@tanstack/react-router';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, LogOut, MoonStar, Sun, UserRound } from 'lucide-react';
import { useEffect, type ReactNode } from 'react';
import { balanceQuery } from '../api/queries.ts';
import { useSession, useSignOut } from '../api/session.ts';
import { listen, useLive } from '../live/live.ts';
import { moneyLeft } from '../format/money.ts';
import { IconButton } from '../ui/button.tsx';
import { Mark } from '../ui/mark.tsx';
import { Measure } from '../ui/measure.tsx';
import { Menu, MenuItem, MenuLabel, MenuLine } from '../ui/menu.tsx';
import { Toasts } from '../ui/toast.tsx';
import { initials } from './initials.ts';
import { Keys, showKeys } from './keys.tsx';
import { Palette, openPalette } from './palette.tsx';
import { placesFor, type Place } from './places.ts';
import { SpokenBalance } from './spoken-balance.tsx';
import { StepUp } from './step-up.tsx';
import { useShortcuts } from './shortcuts.ts';
import { chooseTheme, switchTheme, useDrawnTheme, useTheme } from './theme.ts';
import './shell.css';

/** What stands around every page. */
export function Shell({ children }: { children?: ReactNode }) {
  const client = useQueryClient();
  const { member } = useSession();
  const places = placesFor(member.role);
  useEffect(() => listen(client), [client]);
  useGoing(places);
  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <div className="shell">
        <Sidebar places={places} />
        <div className="content">{children ?? <Outlet />}</div>
      </div>
      <TabsBelow places={places} />
      <Palette />
      <Keys />
      <StepUp />
      <Toasts />
      <SpokenBalance />
    </>
  );
}

function useGoing(places: readonly Place[]) {
  const navigate = useNavigate();
  const going = places.flatMap(({ key, to }) => (key ? [[`g ${key}`, () => void navigate({ to })] as const] : []));
  useShortcuts({
    ...Object.fromEntries(going),
    '?': () => showKeys(),
    '/': () => {
      const search = document.querySelector<HTMLInputElement>('main input[type="search"]');
      if (search) search.focus();
      else openPalette();
    },
  });
}

function Sidebar({ places }: { places: readonly Place[] }) {
  const groups = ['Yours', 'Office'] as const;
  return (
    <nav className="side" aria-label="Main">
      <div className="brand">
        <Mark />
        <span className="words cut">
          Token Tracker<small className="cut">{location.host}</small>
        </span>
      </div>
      {groups.map((group) => {
        const inside = places.filter((place) => place.group === group);
        return inside.length === 0 ? null : (
          <div key={group} role="group" aria-label={group}>
            <h2 aria-hidden="true">{group}</h2>
            {inside.map((place) => (
              <SideLink key={place.to} place={place} />
            ))}
          </div>
        );
      })}
      <div className="side-foot">
        <Purse />
        <Who />
      </div>
    </nav>
  );
}

const SideLink = ({ place: { to, name, icon: Icon } }: { place: Place }) => (
  <Link
    to={to}
    className="side-link"
    title={name}
    activeOptions={{ exact: to === '/', includeSearch: false }}
    activeProps={{ 'aria-current': 'page' }}
  >
    <Icon aria-hidden="true" />
    <span className="words">{name}</span>
  </Link>
);

function Purse() {
  const { data: balance } = useQuery(balanceQuery);
  const { isLive, since } = useLive();
  if (!balance || balance.lots.length === 0) return null;
  return (
    <Link to="/" className="purse">
      <span>
        <span className="label">Left</span>
        <b className="strong num">{moneyLeft(balance.availableNanoUsd)}</b>
      </span>
      <Measure of={balance} size="small" isOld={since !== undefined && !isLive} />
    </Link>
  );
}

function Who() {
  const { member } = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const drawn = useDrawnTheme();
  const theme = useTheme();
  return (
    <div className="who">
      <Menu
        trigger={
          <button type="button" className="who-button">
            <span className="avatar" aria-hidden="true">
              {initials(member.name)}
            </span>
            <span className="cut">
              {member.name} <span className="muted">· {member.role}</span>
            </span>
          </button>
        }
      >
        <MenuLabel>{member.name}</MenuLabel>
        <MenuItem onSelect={() => void navigate({ to: '/settings' })}>
          <UserRound aria-hidden="true" />
          Settings
        </MenuItem>
        <MenuItem onSelect={() => chooseTheme('system')} disabled={theme === 'system'}>
          <MoonStar aria-hidden="true" />
          Colours of the system
        </MenuItem>
        <MenuLine />
        <MenuItem onSelect={() => signOut.mutate()}>
          <LogOut aria-hidden="true" />
          Sign out
        </MenuItem>
      </Menu>
      <IconButton label={drawn === 'dark' ? 'Switch to light' : 'Switch to dark'} size="small" onClick={switchTheme}>
        {drawn === 'dark' ? <Sun aria-hidden="true" /> : <MoonStar aria-hidden="true" />}
      </IconButton>
    </div>
  );
}

const BELOW = 4;

function TabsBelow({ places }: { places: readonly Place[] }) {
  const signOut = useSignOut();
  const navigate = useNavigate();
  return (
    <nav className="tabs-below" aria-label="Main, narrow">
      {places.slice(0, BELOW).map(({ to, name, short, icon: Icon }) => (
        <Link
          key={to}
          to={to}
          activeOptions={{ exact: to === '/', includeSearch: false }}
          activeProps={{ 'aria-current': 'page' }}
        >
          <Icon aria-hidden="true" />
          {short ?? name}
        </Link>
      ))}
      <Menu
        trigger={
          <button type="button">
            <Ellipsis aria-hidden="true" />
            More
          </button>
        }
      >
        {places.slice(BELOW).map(({ to, name, icon: Icon }) => (
          <MenuItem key={to} onSelect={() => void navigate({ to })}>
            <Icon aria-hidden="true" />
            {name}
          </MenuItem>
        ))}
        <MenuLine />
        <MenuItem onSelect={switchTheme}>
          <MoonStar aria-hidden="true" />
          Light or dark
        </MenuItem>
        <MenuItem onSelect={() => signOut.mutate()}>
          <LogOut aria-hidden="true" />
          Sign out
        </MenuItem>
      </Menu>
    </nav>
  );
}
