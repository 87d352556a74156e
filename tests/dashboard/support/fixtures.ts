// What a gateway would answer, in each state that a page can be in. Numbers come from one seed.
import { alertRules, alerts, channels } from './fixtures/alerts.ts';
import { balance, devices, keys } from './fixtures/credit.ts';
import { at, DAY, type State } from './fixtures/ground.ts';
import {
  audit,
  identities,
  invitations,
  members,
  passkeys,
  PROVIDERS,
  session,
  teams,
  tokens,
} from './fixtures/people.ts';
import { models, reconciliation, routes, upstreams } from './fixtures/providers.ts';
import { reported } from './fixtures/reported.ts';
import { leaderboard, profile, sentDays, sharing } from './fixtures/sharing.ts';
import { detail, overview, rows, running, summary } from './fixtures/usage.ts';

export { minted } from './fixtures/credit.ts';
export { now, type State } from './fixtures/ground.ts';
export { towers } from './fixtures/sharing.ts';

/** The answer to a GET, or nothing where there is none. */
export function answerOf(path: string, query: URLSearchParams, state: State): unknown {
  switch (path) {
    case '/session':
      return session(state);
    case '/sign-in':
      return {
        hasOwner: true,
        password: true,
        passkey: true,
        providers: state === 'empty' ? [] : PROVIDERS,
      };
    case '/balance':
      return { balance: balance(state) };
    case '/overview':
      return overview(state);
    case '/running':
      return { requests: running(state) };
    case '/reconciliation':
      return reconciliation(state, query);
    case '/usage':
      return rows(state, query);
    case '/usage/summary':
      return summary(state, query);
    case '/usage/reported':
      return { sums: reported(state) };
    case '/keys':
      return { keys: keys(state) };
    case '/devices':
      return { devices: devices(state) };
    case '/models':
      return { models: models(state) };
    case '/routes':
      return routes(state);
    case '/upstreams':
      return { upstreams: upstreams(state) };
    case '/members':
      return { members: members(state) };
    case '/teams':
      return { teams: teams(state) };
    case '/invitations':
      return { invitations: invitations(state) };
    case '/sessions':
      return { sessions: [session(state).session] };
    case '/identities':
      return { identities: identities(state) };
    case '/passkeys':
      return { passkeys: passkeys(state) };
    case '/tokens':
      return { tokens: tokens(state) };
    case '/alerts':
      return alerts(state, query);
    case '/settings':
      return {
        timeZone: 'Europe/Berlin',
        timeZoneOfFile: 'UTC',
        isTimeZoneChosen: true,
        usageDays: state === 'empty' ? null : 400,
        usageDaysMin: 35,
        usageKeptFrom: state === 'much' ? at(400 * DAY) : null,
        alertDays: 30,
        publicProfiles: state !== 'much',
      };
    case '/alerts/rules':
      return alertRules(state);
    case '/alerts/channels':
      return channels(state);
    case '/audit':
      return audit(state);
    case '/sharing':
      return sharing(state);
    case '/sharing/days':
      return sentDays(state);
    case '/leaderboard':
      return leaderboard(state, query);
    case '/profiles/mira':
      return profile(state);
    default:
      return path.startsWith('/usage/') ? detail(state) : undefined;
  }
}
