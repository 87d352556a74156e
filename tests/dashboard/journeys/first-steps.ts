// The owner: the printed link, a name and a password, then everything by keyboard.
import type { Step } from '../support/suite.ts';
import { check, ownerLink } from '../support/world.ts';

export const PASSWORD = 'correct horse battery staple';

export const firstSteps: Step[] = [
  [
    'the printed link makes the owner, once',
    async (world) => {
      const { page } = world.owner;
      const link = await ownerLink(world.gateway);
      await page.goto(link);
      await page.getByRole('heading', { name: 'You are the owner' }).waitFor();
      if (page.url().includes('tti_')) throw new Error('the secret stays in the address');
      await check(world, world.owner, 'the link');
      await page.getByLabel('Your name').fill('Mira K.');
      await page.getByLabel(/password/i).fill(PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
      await check(world, world.owner, 'overview empty');
      world.told.set('owner-link', link);
    },
  ],
  [
    'the link is used up',
    async (world) => {
      const other = await world.browser.newPage();
      await other.goto(world.told.get('owner-link') ?? '');
      await other.getByRole('alert').waitFor();
      await other.close();
    },
  ],
  [
    'signing out and in again comes back to the same page',
    async (world) => {
      const { page } = world.owner;
      await page.goto(`${world.gateway.url}/usage?period=7d`);
      await page.getByRole('heading', { name: 'Usage', level: 1 }).waitFor();
      await page.getByRole('button', { name: /Mira K/ }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: /^Sign in to/ }).waitFor();
      await check(world, world.owner, 'sign in');
      await page.getByRole('button', { name: 'Sign in with a password' }).click();
      await check(world, world.owner, 'sign in by password');
      await page.getByLabel('Name or e-mail').fill('Mira K.');
      await page.getByLabel('Password').fill('not the right one');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      await page.getByLabel('Password').fill(PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Usage', level: 1 }).waitFor();
      if (!page.url().endsWith('/usage?period=7d')) throw new Error(`it came back to ${page.url()}`);
    },
  ],
  [
    'a key is minted without touching the mouse',
    async (world) => {
      const { page } = world.owner;
      await page.keyboard.press('Control+k');
      await page.keyboard.type('mint');
      await page.keyboard.press('Enter');
      await page.getByRole('dialog', { name: 'Mint token keys' }).waitFor();
      const focused = () => page.evaluate(() => document.activeElement?.closest('.field')?.textContent ?? '');
      if (!(await focused()).startsWith('Credit')) throw new Error(`the focus begins at ${await focused()}`);
      await page.keyboard.press('Control+a');
      await page.keyboard.type('2.50');
      await page.getByLabel('Note').press('Tab');
      await page.getByLabel('Note').fill('For Jonas');
      await check(world, world.owner, 'mint');
      await page.getByRole('button', { name: 'Mint 1 key, $2.50' }).press('Enter');
      const dialog = page.getByRole('dialog', { name: '1 key minted' });
      const code = await dialog.getByText(/^TTK-/).textContent();
      await check(world, world.owner, 'minted');
      await dialog.getByLabel('I have saved it').press('Space');
      await dialog.getByRole('button', { name: 'Done' }).press('Enter');
      await page.getByRole('cell', { name: /^For Jonas/ }).waitFor();
      await check(world, world.owner, 'keys');
      world.told.set('code', code ?? '');
    },
  ],
  [
    'a member is invited by a link',
    async (world) => {
      const { page } = world.owner;
      await page.keyboard.press('g');
      await page.keyboard.press('m');
      await page.getByRole('heading', { name: 'Members', level: 1 }).waitFor();
      await page.getByRole('button', { name: 'Invite' }).first().click();
      await page.getByLabel('Name, if you know it').fill('Jonas W.');
      await page.getByRole('button', { name: 'Make the invitation' }).click();
      const link = await page.getByText(/\/join#tti_/).textContent();
      await check(world, world.owner, 'invited');
      await page.getByRole('button', { name: 'Done' }).click();
      world.told.set('invitation', link ?? '');
    },
  ],
];
