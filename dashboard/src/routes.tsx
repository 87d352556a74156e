/** Every route on one page. Pages are fetched when they are first needed. */
import { Outlet, createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { basePath } from './api/place.ts';
import { Crashed } from './pages/crashed.tsx';
import { Holders, Office } from './pages/office.tsx';
import { Missing } from './pages/missing.tsx';
import { SignedIn } from './pages/sign-in/signed-in.tsx';
import { readBoardSearch } from './pages/sharing/search.ts';
import { readUsageSearch } from './pages/usage/search.ts';

const root = createRootRoute({ component: Outlet, notFoundComponent: Missing, errorComponent: Crashed });

/** What needs a session; without one the sign-in stands in its place, at the same address. */
const inside = createRoute({ getParentRoute: () => root, id: 'inside', component: SignedIn });

const office = createRoute({ getParentRoute: () => inside, id: 'office', component: Office });

/** What is about credit of one's own. */
const holders = createRoute({ getParentRoute: () => inside, id: 'holders', component: Holders });

const show = (search: Record<string, unknown>): { show?: string } =>
  typeof search['show'] === 'string' ? { show: search['show'] } : {};

const overview = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/overview.tsx'), 'Overview'),
});
const usage = createRoute({
  getParentRoute: () => inside,
  path: '/usage',
  validateSearch: readUsageSearch,
  component: lazyRouteComponent(() => import('./pages/usage/usage.tsx'), 'Usage'),
});
const devices = createRoute({
  getParentRoute: () => holders,
  path: '/devices',
  component: lazyRouteComponent(() => import('./pages/devices/devices.tsx'), 'Devices'),
});
const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/settings.tsx'), 'Settings'),
});
const members = createRoute({
  getParentRoute: () => office,
  path: '/members',
  validateSearch: show,
  component: lazyRouteComponent(() => import('./pages/members/members.tsx'), 'Members'),
});
const keys = createRoute({
  getParentRoute: () => office,
  path: '/keys',
  validateSearch: show,
  component: lazyRouteComponent(() => import('./pages/keys/keys.tsx'), 'Keys'),
});
const models = createRoute({
  getParentRoute: () => office,
  path: '/models',
  validateSearch: show,
  component: lazyRouteComponent(() => import('./pages/models/models.tsx'), 'Models'),
});
const reconcile = createRoute({
  getParentRoute: () => office,
  path: '/reconciliation',
  component: lazyRouteComponent(() => import('./pages/reconcile/reconcile.tsx'), 'Reconcile'),
});
const ALERT_VIEWS = ['all', 'rules', 'channels'] as const;

const alerts = createRoute({
  getParentRoute: () => inside,
  path: '/alerts',
  validateSearch: (search): { view?: (typeof ALERT_VIEWS)[number]; alert?: string } => {
    const view = ALERT_VIEWS.find((one) => one === search['view']);
    return { ...(view ? { view } : {}), ...(typeof search['alert'] === 'string' ? { alert: search['alert'] } : {}) };
  },
  component: lazyRouteComponent(() => import('./pages/alerts/alerts.tsx'), 'Alerts'),
});
const audit = createRoute({
  getParentRoute: () => office,
  path: '/audit',
  component: lazyRouteComponent(() => import('./pages/audit/audit.tsx'), 'Audit'),
});
const device = createRoute({
  getParentRoute: () => inside,
  path: '/device',
  validateSearch: (search): { code?: string } => (typeof search['code'] === 'string' ? { code: search['code'] } : {}),
  component: lazyRouteComponent(() => import('./pages/devices/link.tsx'), 'LinkDevice'),
});

const machines = createRoute({
  getParentRoute: () => inside,
  path: '/machines',
  component: lazyRouteComponent(() => import('./pages/machines/machines.tsx'), 'Machines'),
});
const leaderboard = createRoute({
  getParentRoute: () => root,
  path: '/leaderboard',
  validateSearch: readBoardSearch,
  component: lazyRouteComponent(() => import('./pages/sharing/leaderboard.tsx'), 'Leaderboard'),
});
const profile = createRoute({
  getParentRoute: () => root,
  path: '/u/$handle',
  validateSearch: (search): { form?: 'towers' } => (search['form'] === 'towers' ? { form: 'towers' } : {}),
  component: lazyRouteComponent(() => import('./pages/sharing/profile.tsx'), 'Profile'),
});

const redeem = createRoute({
  getParentRoute: () => root,
  path: '/redeem',
  component: lazyRouteComponent(() => import('./pages/redeem/redeem.tsx'), 'Redeem'),
});
const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('./pages/sign-in/link.tsx'), 'ByLink'),
});
const docs = createRoute({
  getParentRoute: () => root,
  path: '/docs',
  component: lazyRouteComponent(() => import('./pages/docs/docs.tsx'), 'Docs'),
});
const join = createRoute({
  getParentRoute: () => root,
  path: '/join',
  component: lazyRouteComponent(() => import('./pages/sign-in/link.tsx'), 'ByLink'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    inside.addChildren([
      overview,
      usage,
      holders.addChildren([devices]),
      settings,
      alerts,
      device,
      machines,
      office.addChildren([members, keys, models, reconcile, audit]),
    ]),
    leaderboard,
    profile,
    redeem,
    signIn,
    join,
    docs,
  ]),
  basepath: basePath,
  defaultPreload: 'intent',
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
