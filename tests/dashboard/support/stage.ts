// A page of the dashboard in a state that was asked for, without a gateway.
import type { Browser, Page, Route } from 'playwright-core';
import { answerOf, minted, now, towers, type State } from './fixtures.ts';
import { complaintsOf, NARROW, WIDE, type Scheme } from './browser.ts';

export interface Look {
  path: string;
  state: State;
  scheme: Scheme;
  width: 'wide' | 'narrow';
}

const REFUSED = {
  error: {
    code: 'starting',
    message: 'The gateway cannot reach its database at the moment.',
    hint: 'Nothing is lost: requests go on and are counted. Try again in a few seconds.',
  },
};

/** Never answered, so that a page stays as it is while it waits. */
const WAITS = ['/session', '/sign-in'];

async function answer(route: Route, { state, path: page }: Look): Promise<void> {
  const url = new URL(route.request().url());
  const path = url.pathname.replace('/api/v1', '');
  const json = (status: number, body: unknown) =>
    route.fulfill({ status, contentType: 'application/json', body: JSON.stringify(body) });
  if (path === '/events') return route.abort();
  if (path === '/session' && page.includes('as=nobody')) return json(401, REFUSED);
  if (route.request().method() === 'POST' && path === '/keys') return json(200, minted);
  if (route.request().method() !== 'GET') return route.fulfill({ status: 204 });
  if (state === 'loading' && !WAITS.includes(path)) return;
  if (state === 'error' && !WAITS.includes(path)) return json(500, REFUSED);
  if (path.endsWith('/graph.svg')) {
    const body = towers(url.searchParams.get('theme') === 'dark');
    return route.fulfill({ status: 200, contentType: 'image/svg+xml', body });
  }
  const body = answerOf(path, url.searchParams, state);
  return body === undefined ? json(404, REFUSED) : json(200, body);
}

/** Runs in the page. */
function openLine(): void {
  class OpenLine extends EventTarget {
    constructor() {
      super();
      queueMicrotask(() => this.dispatchEvent(new Event('open')));
    }
    close(): void {
      // There is nothing to close.
    }
  }
  Object.assign(window, { EventSource: OpenLine });
}

interface Staged {
  page: Page;
  complaints: string[];
  close: () => Promise<void>;
}

export async function stage(browser: Browser, base: string, look: Look): Promise<Staged> {
  const context = await browser.newContext({
    viewport: look.width === 'wide' ? WIDE : NARROW,
    colorScheme: look.scheme,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    hasTouch: look.width === 'narrow',
    isMobile: look.width === 'narrow',
  });
  // A stream cannot be played by a route; where there is no error, the line is open and silent.
  if (look.state !== 'error') await context.addInitScript(openLine);
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.clock.setFixedTime(now);
  await page.route('**/api/v1/**', (route) => answer(route, look));
  await page.goto(base + look.path);
  return { page, complaints, close: () => context.close() };
}

/** Everything that was asked for is there; or, in a page that waits, its bones are. */
export async function settled(page: Page, look: Look): Promise<void> {
  await page.locator('h1').first().waitFor();
  if (look.state === 'loading') {
    await page.locator('[aria-busy="true"]').first().waitFor();
  } else {
    await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null, undefined, {
      timeout: 10_000,
    });
    await page.waitForLoadState('networkidle', { timeout: 10_000 });
  }
  await page.evaluate(() => document.fonts.ready);
}
