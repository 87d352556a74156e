// Each page in each of its states, side by side: pictures, and one page to look at them all.
//
//   node tests/dashboard/screens.ts DIST OUT [PAGE…]
//
// Fails when a page complains, scrolls sideways, or axe finds something.
import fs from 'node:fs';
import path from 'node:path';
import { violations } from './support/axe.ts';
import { openBrowser, type Scheme } from './support/browser.ts';
import type { State } from './support/fixtures.ts';
import { servePages } from './support/pages.ts';
import { settled, stage, type Look } from './support/stage.ts';

const PAGES: [string, string][] = [
  ['sign-in', '/?as=nobody'],
  ['overview', '/'],
  ['usage', '/usage'],
  ['usage-members', '/usage?stack=member&fold=member&period=year'],
  ['request', '/usage?request=01930009-0000-7000-8000-0000000f423d'],
  ['devices', '/devices'],
  ['machines', '/machines'],
  ['redeem', '/redeem'],
  ['settings', '/settings'],
  ['settings-gateway', '/settings#gateway'],
  ['members', '/members'],
  ['new-team', '/members?show=team'],
  ['keys', '/keys'],
  ['mint', '/keys?show=mint'],
  ['models', '/models'],
  ['reconciliation', '/reconciliation'],
  ['alerts', '/alerts'],
  ['alerts-history', '/alerts?view=all&alert=0193000a-0000-7000-8000-0000000003e8'],
  ['alerts-rules', '/alerts?view=rules'],
  ['alerts-channels', '/alerts?view=channels'],
  ['audit', '/audit'],
  ['profile', '/u/mira'],
  ['profile-towers', '/u/mira?form=towers'],
  ['nobody', '/u/who-hides'],
  ['leaderboard', '/leaderboard'],
  ['leaderboard-streak', '/leaderboard?order=streak'],
];

const STATES: State[] = ['usual', 'empty', 'loading', 'error', 'much', 'long'];
const SCHEMES: Scheme[] = ['light', 'dark'];
const WIDTHS = ['wide', 'narrow'] as const;

/** Pages that wait for nothing. */
const NEVER_LOADING = ['redeem', 'sign-in'];

/** The usual state in every look; long names where there is least room; the others in one look. */
function isWanted({ name, state, scheme, width }: Look & { name: string }): boolean {
  if (state === 'loading' && NEVER_LOADING.includes(name)) return false;
  if (state === 'usual') return true;
  return state === 'long' ? width === 'narrow' && scheme === 'dark' : width === 'wide' && scheme === 'light';
}

const [dist = 'dashboard/dist', out = 'tests/output/dashboard', ...only] = process.argv.slice(2);
const shown = PAGES.filter(([name]) => only.length === 0 || only.includes(name));
const looks: (Look & { name: string })[] = shown
  .flatMap(([name, address]) =>
    STATES.flatMap((state) =>
      SCHEMES.flatMap((scheme) => WIDTHS.map((width) => ({ name, path: address, state, scheme, width }))),
    ),
  )
  .filter(isWanted);

/** Pages that are looked at at the same time. */
const AT_ONCE = 4;

fs.rmSync(out, { recursive: true, force: true });
fs.mkdirSync(out, { recursive: true });
const pages = await servePages(path.resolve(dist));
const browser = await openBrowser();
const faults: string[] = [];
const fileOf = ({ name, state, scheme, width }: (typeof looks)[number]) => `${name}-${state}-${scheme}-${width}.png`;

/** What is wrong with one page in one state. */
async function faultsOf(look: (typeof looks)[number]): Promise<string[]> {
  const { page, complaints, close } = await stage(browser, pages.url, look);
  try {
    await settled(page, look);
    await page.screenshot({ path: path.join(out, fileOf(look)), fullPage: true, animations: 'disabled' });
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    return [...complaints, ...(await violations(page)), ...(sideways > 0 ? [`${sideways} px too wide`] : [])];
  } catch (error) {
    await page.screenshot({ path: path.join(out, fileOf(look)) });
    return [...complaints, String(error)];
  } finally {
    await close();
  }
}

const waiting = [...looks];
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let look = waiting.shift(); look !== undefined; look = waiting.shift()) {
      const file = fileOf(look);
      faults.push(...(await faultsOf(look)).map((fault) => `${file}: ${fault}`));
    }
  }),
);
await browser.close();
pages.stop();

const sheet = shown.map(([name]) => {
  const own = looks.filter((look) => look.name === name);
  const figures = own.map(
    (look) =>
      `<figure><a href="${fileOf(look)}"><img src="${fileOf(look)}" alt="" loading="lazy"></a>` +
      `<figcaption>${look.state}, ${look.scheme}, ${look.width}</figcaption></figure>`,
  );
  return `<h2>${name}</h2><div>${figures.join('')}</div>`;
});
const style =
  'body{font:14px system-ui;margin:24px}div{display:flex;flex-wrap:wrap;gap:16px;align-items:flex-start}' +
  'figure{margin:0;width:420px}img{width:100%;border:1px solid #ccc;max-height:700px;object-fit:cover;object-position:top}';
fs.writeFileSync(
  path.join(out, 'index.html'),
  `<!doctype html><meta charset="utf-8"><title>Every state</title><style>${style}</style><h1>Every page in its states</h1>${sheet.join('')}`,
);

console.log(`${looks.length} pictures in ${out}`);
for (const fault of faults) console.error(fault);
console.log(
  `${looks.length - new Set(faults.map((fault) => fault.split(':')[0])).size} passed, ${faults.length} failed`,
);
process.exit(faults.length > 0 ? 1 : 0);
