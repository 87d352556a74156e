// What the first load of the overview is in a real browser: how many files, how large, how long.
//
//   node tests/dashboard/load.ts DIST
//
// Prints; what is asserted is in dashboard/build/budget.mjs, since times are another machine's matter.
// The processor is four times slower than it is, as on a phone.
import path from 'node:path';
import { NARROW, openBrowser } from './support/browser.ts';
import { servePages } from './support/pages.ts';
import { answerOf } from './support/fixtures.ts';

const SLOWER = 4;
const LOADS = 5;

interface Load {
  painted: number;
  interactive: number;
  files: number;
  kilobytes: number;
}

const [dist = 'dashboard/dist'] = process.argv.slice(2);
const pages = await servePages(path.resolve(dist));
const browser = await openBrowser();
try {
  const loads: Load[] = [];
  for (let number = 0; number < LOADS; number += 1) loads.push(await load());
  const middle = (of: (load: Load) => number): number =>
    loads.map(of).sort((one, other) => one - other)[Math.floor(LOADS / 2)] ?? 0;
  const ms = (of: (load: Load) => number): string => `${Math.round(middle(of))} ms`;
  console.log(
    `the first load: ${middle((one) => one.files)} files, ${Math.round(middle((one) => one.kilobytes))} kB before compression; ` +
      `painted after ${ms((one) => one.painted)}, interactive after ${ms((one) => one.interactive)} (median of ${LOADS}, ` +
      `processor ${SLOWER} times slower)`,
  );
} finally {
  await browser.close();
  pages.stop();
}

async function load(): Promise<Load> {
  const context = await browser.newContext({ viewport: NARROW });
  try {
    const page = await context.newPage();
    await page.route('**/api/v1/**', (route) => {
      const url = new URL(route.request().url());
      const body = answerOf(url.pathname.replace('/api/v1', ''), url.searchParams, 'usual');
      return body === undefined ? route.abort() : route.fulfill({ json: body });
    });
    const session = await context.newCDPSession(page);
    await session.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
    await page.goto(pages.url);
    await page.locator('.figures .figure').first().waitFor();
    // Free for a task of its own: from now on a tap is answered at once.
    return await page.evaluate(async () => {
      await new Promise((done) => requestIdleCallback(() => done(null)));
      const interactive = performance.now();
      const files = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
      const own = files.filter((file) => !file.name.includes('/api/'));
      const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0;
      const bytes = own.reduce((sum, file) => sum + file.decodedBodySize, 0);
      return { painted, interactive, files: own.length, kilobytes: bytes / 1000 };
    });
  } finally {
    await context.close();
  }
}
