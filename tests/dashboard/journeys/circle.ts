// The whole circle with a keyboard alone, for each colour scheme on each screen: the printed link, a key,
// an invitation, a request that arrives by itself, a device that is revoked, the way out and in again.
import { until } from '../../vscode/support/deadline.ts';
import { choose, pick, press, reach, type } from '../support/keyboard.ts';
import type { Step } from '../support/suite.ts';
import { check, ownerLink } from '../support/world.ts';
import { ask, redeemElsewhere } from './device.ts';
import { PASSWORD } from './first-steps.ts';
import { go } from './go.ts';

export const circle: Step[] = [
  [
    'the printed link makes the owner',
    async (world) => {
      const { page } = world.owner;
      await page.goto(await ownerLink(world.gateway));
      await type(page, page.getByLabel('Your name'), 'Mira K.');
      await type(page, page.getByLabel(/password/i), PASSWORD);
      await press(page, page.getByRole('button', { name: 'Sign in' }));
      await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
      await check(world, world.owner, 'owner begins');
    },
  ],
  [
    'the owner mints a key',
    async (world) => {
      const { page } = world.owner;
      await go(page, 'Token keys');
      await press(page, page.getByRole('button', { name: /^Mint/ }).first());
      await type(page, page.getByLabel(/^Credit/), '2.50');
      await type(page, page.getByLabel('Note'), 'For Jonas');
      await check(world, world.owner, 'mint');
      await press(page, page.getByRole('button', { name: 'Mint 1 key, $2.50' }));
      const dialog = page.getByRole('dialog', { name: '1 key minted' });
      world.told.set('code', (await dialog.getByText(/^TTK-/).textContent()) ?? '');
      await reach(page, dialog.getByLabel('I have saved it'));
      await page.keyboard.press('Space');
      await check(world, world.owner, 'minted');
      await press(page, dialog.getByRole('button', { name: 'Done' }));
      await page.getByRole('cell', { name: /^For Jonas/ }).waitFor();
    },
  ],
  [
    'the owner invites a member',
    async (world) => {
      const { page } = world.owner;
      await go(page, 'Members');
      await press(page, page.getByRole('button', { name: 'Invite' }).first());
      await choose(page, page.getByLabel('Role'), 'Member');
      await type(page, page.getByLabel('Name, if you know it'), 'Jonas W.');
      await press(page, page.getByRole('button', { name: 'Make the invitation' }));
      world.told.set('invitation', (await page.getByText(/\/join#tti_/).textContent()) ?? '');
      await check(world, world.owner, 'invited');
      await press(page, page.getByRole('button', { name: 'Done' }));
    },
  ],
  [
    'the member joins and redeems the key',
    async (world) => {
      const { page } = world.member;
      await page.goto(world.told.get('invitation') ?? '');
      await type(page, page.getByLabel('Password'), PASSWORD);
      await check(world, world.member, 'join');
      await press(page, page.getByRole('button', { name: 'Join' }));
      await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
      await go(page, 'Redeem', 'Redeem');
      await type(page, page.getByLabel('Token key'), (world.told.get('code') ?? '').toLowerCase());
      await press(page, page.getByRole('button', { name: 'Redeem', exact: true }));
      await page.getByText('$2.50 added.').waitFor();
      await check(world, world.member, 'redeemed');
      await press(page, page.getByRole('link', { name: 'Go to the overview' }));
      await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
    },
  ],
  [
    'a request appears by itself, and is opened',
    async (world) => {
      const { page } = world.member;
      await page.getByText('No request yet').waitFor();
      const credential = await redeemElsewhere(world);
      const answered = await ask(world, credential);
      if (!answered.ok) throw new Error(`the model answered ${answered.status.toString()}: ${await answered.text()}`);
      const row = page.getByRole('link', { name: 'coder', exact: true }).first();
      await row.waitFor();
      await check(world, world.member, 'a request arrived');
      await press(page, row);
      await page.getByRole('dialog', { name: 'One request' }).waitFor();
      await check(world, world.member, 'one request');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog', { name: 'One request' }).waitFor({ state: 'hidden' });
    },
  ],
  [
    'the member revokes the device, and it is refused',
    async (world) => {
      const { page } = world.member;
      await go(page, 'Devices');
      await press(page, page.getByRole('button', { name: 'Revoke thesis-laptop' }));
      await page.getByRole('button', { name: 'Keep it' }).waitFor();
      await check(world, world.member, 'revoke');
      await press(page, page.getByRole('button', { name: 'Revoke device' }));
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await until('the device to be refused', async () => {
        const answered = await ask(world, world.told.get('credential') ?? '');
        return answered.status === 401;
      });
    },
  ],
  [
    'the member signs out and in again',
    async (world) => {
      const { page } = world.member;
      const more = page.getByRole('navigation', { name: 'Main, narrow' }).getByRole('button', { name: 'More' });
      await pick(page, (await more.isVisible()) ? more : page.getByRole('button', { name: /Jonas W/ }), 'Sign out');
      await page.getByRole('heading', { name: /^Sign in to/ }).waitFor();
      await check(world, world.member, 'signed out');
      await press(page, page.getByRole('button', { name: 'Sign in with a password' }));
      await type(page, page.getByLabel('Name or e-mail'), 'Jonas W.');
      await type(page, page.getByLabel('Password'), PASSWORD);
      await press(page, page.getByRole('button', { name: 'Sign in', exact: true }));
      await page.getByRole('heading', { name: 'Devices', level: 1 }).waitFor();
    },
  ],
];
