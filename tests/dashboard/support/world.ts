// Everything that the journeys share: one gateway, one scripted model, one browser, and the people in it.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { until } from '../../vscode/support/deadline.ts';
import { Gateway } from '../../vscode/support/gateway.ts';
import { script } from '../../vscode/support/script.ts';
import { Upstream } from '../../vscode/support/upstream.ts';
import { violations } from './axe.ts';
import { complaintsOf, openBrowser, type Scheme, type WIDE } from './browser.ts';
import { CLIENT_SECRET, startIdentityProvider } from './identity-provider.ts';

/** The screen that somebody sits at. */
export interface Screen {
  colorScheme: Scheme;
  viewport: typeof WIDE;
}

export interface Person {
  context: BrowserContext;
  page: Page;
  complaints: string[];
}

export interface World {
  /** The command line, and a folder for the machines of this world. */
  binary: string;
  root: string;
  gateway: Gateway;
  browser: Browser;
  output: string;
  /** The owner, from the first step on. */
  owner: Person;
  /** The invited member. */
  member: Person;
  /** What one step tells a later one. */
  told: Map<string, string>;
  close: () => Promise<void>;
}

function config(baseUrl: string, issuer: string, secretFile: string): string {
  return `[[sign_in]]
name = "company"
label = "Company login"
kind = "oidc"
issuer = "${issuer}"
client_id = "token-tracker"
client_secret_file = "${secretFile}"

[[upstream]]
name = "scripted"
provider = "openai-compatible"
base_url = "${baseUrl}"

[[model]]
id = "coder"
upstream = "scripted"
upstream_model = "scripted"
capabilities = ["chat", "completion"]
price = { input = "3.00", output = "15.00" }
`;
}

/** Somebody more at this gateway, at a browser of their own. */
export async function person(browser: Browser, { colorScheme, viewport }: Screen): Promise<Person> {
  const context = await browser.newContext({
    viewport,
    colorScheme,
    reducedMotion: 'reduce',
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  return { context, page, complaints: complaintsOf(page) };
}

export async function makeWorld(
  binary: string,
  output: string,
  screens: { owner: Screen; member: Screen },
): Promise<World> {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'token-tracker-dashboard-'));
  const closing: (() => Promise<void> | void)[] = [
    () => fs.rmSync(root, { recursive: true, force: true, maxRetries: 5 }),
  ];
  const close = async () => {
    for (const end of closing.reverse()) await end();
  };
  try {
    const upstream = new Upstream(script);
    const company = await startIdentityProvider();
    const secretFile = path.join(root, 'client-secret');
    fs.writeFileSync(secretFile, CLIENT_SECRET);
    const gateway = new Gateway(binary, root, config(await upstream.start(), company.issuer, secretFile));
    closing.push(
      () => company.close(),
      () => upstream.stop(),
      () => gateway.stop(),
    );
    await gateway.start();
    company.expect(`${gateway.url}/api/v1/sign-in/providers/company/callback`);
    const browser = await openBrowser();
    closing.push(() => browser.close());
    const [owner, member] = [await person(browser, screens.owner), await person(browser, screens.member)];
    fs.mkdirSync(output, { recursive: true });
    return { binary, root, gateway, browser, output, owner, member, told: new Map(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The link that the gateway printed for its first owner. */
export const ownerLink = (gateway: Gateway): Promise<string> =>
  until('the link for the owner', () => /https?:\/\/\S+\/sign-in#tti_\S+/.exec(gateway.log)?.[0]);

let pictures = 0;

/** What a page must be at each step: free of complaints and violations, and not wider than the screen. */
export async function check(world: World, { page, complaints }: Person, name: string): Promise<void> {
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
  pictures += 1;
  const file = `${pictures.toString().padStart(2, '0')}-${name.replace(/\W+/g, '-')}.png`;
  await page.screenshot({ path: path.join(world.output, file), fullPage: true, animations: 'disabled' });
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const found = [
    ...complaints.splice(0),
    ...(await violations(page)),
    ...(sideways > 0 ? [`${sideways} px too wide`] : []),
  ];
  if (found.length > 0) throw new Error(`${name}:\n${found.join('\n')}`);
}
