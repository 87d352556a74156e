// What each role sees and may do: an owner, an admin, a viewer, each at a browser of their own.
import type { Page } from 'playwright-core';
import type { Step } from '../support/suite.ts';
import { check, ownerLink, person, type Person, type World } from '../support/world.ts';
import { NARROW, WIDE } from '../support/browser.ts';
import { ask, redeemElsewhere } from './device.ts';
import { PASSWORD } from './first-steps.ts';

async function invite(page: Page, gateway: string, role: string, name: string): Promise<string> {
  await page.goto(`${gateway}/members?show=invite`);
  await page.getByLabel('Role').selectOption(role);
  await page.getByLabel('Name, if you know it').fill(name);
  await page.getByRole('button', { name: 'Make the invitation' }).click();
  const link = await page.getByText(/\/join#tti_/).textContent();
  await page.getByRole('button', { name: 'Done' }).click();
  return link ?? '';
}

async function join(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Join' }).click();
  await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
}

/** The pages that the navigation offers, by name. */
const offered = (page: Page): Promise<string[]> =>
  page.getByRole('navigation', { name: 'Main', exact: true }).getByRole('link').allInnerTexts();

async function refusedTheOffice(world: World, { page }: Person): Promise<void> {
  for (const place of ['members', 'keys', 'models', 'audit']) {
    await page.goto(`${world.gateway.url}/${place}`);
    await page.getByText('Only owners and admins see this').waitFor();
  }
}

export const roles: Step[] = [
  [
    'the owner invites an admin',
    async (world) => {
      const { page } = world.owner;
      await page.goto(await ownerLink(world.gateway));
      await page.getByLabel('Your name').fill('Mira K.');
      await page.getByLabel(/password/i).fill(PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
      world.told.set('admin', await invite(page, world.gateway.url, 'admin', 'Priya S.'));
    },
  ],
  [
    'the admin joins, and runs the office',
    async (world) => {
      const { page } = world.member;
      await join(page, world.told.get('admin') ?? '');
      await page.setViewportSize(WIDE);
      const places = await offered(page);
      for (const place of ['Members', 'Token keys', 'Models and providers', 'Audit log'])
        if (!places.includes(place)) throw new Error(`the admin is not offered ${place}, only ${places.join(', ')}`);
      await check(world, world.member, 'admin begins');
      await page.goto(`${world.gateway.url}/keys?show=mint`);
      await page.getByLabel(/^Credit/).fill('1.00');
      await page.getByLabel('Note').fill('For a guest');
      await page.getByRole('button', { name: /^Mint 1 key/ }).click();
      world.told.set('code', (await page.getByRole('dialog').getByText(/^TTK-/).textContent()) ?? '');
      await page.getByLabel('I have saved it').check();
      await page.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('cell', { name: /^For a guest/ }).waitFor();
      await check(world, world.member, 'admin keys');
    },
  ],
  [
    'the admin cannot touch the owner, nor make one',
    async (world) => {
      const { page } = world.member;
      await page.goto(`${world.gateway.url}/members`);
      await page.getByText('Mira K.').first().waitFor();
      await page.getByRole('button', { name: 'Actions for Mira K.' }).click();
      const actions = await page.getByRole('menuitem').allInnerTexts();
      const forbidden = actions.filter((action) => /role|sign-in link|Disable|Remove|Erase/.test(action));
      if (actions.length === 0 || forbidden.length > 0)
        throw new Error(`the admin is offered ${actions.join(', ')} on the owner`);
      await page.keyboard.press('Escape');
      await page.goto(`${world.gateway.url}/members?show=invite`);
      const choices = await page.getByLabel('Role').locator('option').allInnerTexts();
      if (choices.some((choice) => choice.startsWith('Owner'))) throw new Error('the admin may invite an owner');
      await page.keyboard.press('Escape');
      await check(world, world.member, 'admin members');
      world.told.set('viewer', await invite(page, world.gateway.url, 'viewer', 'Ansel T.'));
    },
  ],
  [
    'the viewer sees sums and nothing that changes',
    async (world) => {
      const viewer = await person(world.browser, { colorScheme: 'dark', viewport: WIDE });
      const { page } = viewer;
      const answered = await ask(world, await redeemElsewhere(world));
      if (!answered.ok) throw new Error(`the model answered ${answered.status.toString()}`);
      await answered.text();
      await join(page, world.told.get('viewer') ?? '');
      // The sums are everybody's; the rows are nobody's.
      await page
        .getByText(/tokens · 1 request$/)
        .first()
        .waitFor();
      const panels = await page.getByRole('heading', { level: 2 }).allInnerTexts();
      if (panels.includes('Requests')) throw new Error(`the viewer is shown ${panels.join(', ')}`);
      await check(world, viewer, 'viewer overview');
      await page.goto(`${world.gateway.url}/usage`);
      await page.getByRole('heading', { name: 'Usage', level: 1 }).waitFor();
      await check(world, viewer, 'viewer usage');
      await refusedTheOffice(world, viewer);
      const places = await offered(page);
      if (places.join() !== 'Overview,Usage,My machines,Settings')
        throw new Error(`the viewer is offered ${places.join(', ')}`);
      await page.goto(`${world.gateway.url}/devices`);
      await page.getByText('Viewers hold no keys and no devices').waitFor();
      await page.setViewportSize(NARROW);
      await page.goto(world.gateway.url);
      await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
      await check(world, viewer, 'viewer narrow');
      const asked = await page.request.get(`${world.gateway.url}/api/v1/members`);
      const { members } = (await asked.json()) as { members: { name: string }[] };
      const names = members.map(({ name }) => name).join(', ');
      if (names !== 'Ansel T.') throw new Error(`a viewer is told of ${names}`);
      await viewer.context.close();
    },
  ],
  [
    'a role that the owner changes holds at once',
    async (world) => {
      const { page } = world.owner;
      await page.goto(`${world.gateway.url}/members`);
      await page.getByRole('button', { name: 'Actions for Priya S.' }).click();
      await page.getByRole('menuitem', { name: 'Change the role…' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel('Role').selectOption('member');
      await check(world, world.owner, 'change the role');
      await dialog.getByRole('button', { name: 'Make Priya S. a member' }).click();
      await dialog.waitFor({ state: 'hidden' });
      // Whoever may do something else than before signs in again.
      const { page: other } = world.member;
      await other.getByRole('button', { name: 'Sign in with a password' }).click();
      await other.getByLabel('Name or e-mail').fill('Priya S.');
      await other.getByLabel('Password').fill(PASSWORD);
      await other.keyboard.press('Enter');
      await other.getByRole('navigation', { name: 'Main', exact: true }).waitFor();
      await refusedTheOffice(world, world.member);
      const places = await offered(other);
      if (places.includes('Audit log')) throw new Error('the navigation still offers the office');
    },
  ],
];
