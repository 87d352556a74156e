// The member, on a narrow dark screen: joins, redeems, sees a request arrive, and signs a device out.
import { until } from '../../vscode/support/deadline.ts';
import type { Step } from '../support/suite.ts';
import { check } from '../support/world.ts';
import { ask, redeemElsewhere } from './device.ts';
import { PASSWORD } from './first-steps.ts';

export const members: Step[] = [
  [
    'the invited member joins',
    async (world) => {
      const { page } = world.member;
      await page.goto(world.told.get('invitation') ?? '');
      await page.getByRole('heading', { name: /^Join/ }).waitFor();
      await check(world, world.member, 'join');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.getByRole('button', { name: 'Join' }).click();
      await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
      await page.getByText('No credit of your own yet').waitFor();
      await check(world, world.member, 'member overview empty');
    },
  ],
  [
    'a key is redeemed as it was written down',
    async (world) => {
      const { page } = world.member;
      const code = world.told.get('code') ?? '';
      await page.getByRole('navigation', { name: 'Main, narrow' }).getByRole('link', { name: 'Redeem' }).click();
      await page.getByLabel('Token key').fill(code.toLowerCase().replaceAll('-', ' '));
      await page.getByRole('button', { name: 'Redeem', exact: true }).click();
      await page.getByText('$2.50 added.').waitFor();
      await check(world, world.member, 'redeemed');
    },
  ],
  [
    'a request appears by itself, with what it cost',
    async (world) => {
      const { page } = world.member;
      await page.getByRole('link', { name: 'Go to the overview' }).click();
      await page.getByText('No request yet').waitFor();
      const credential = await redeemElsewhere(world);
      const answered = await ask(world, credential);
      if (!answered.ok) throw new Error(`the model answered ${answered.status}: ${await answered.text()}`);
      // Nobody loads the page again.
      await page.getByRole('link', { name: 'coder', exact: true }).first().waitFor();
      await check(world, world.member, 'a request arrived');
      await page.getByRole('link', { name: 'coder', exact: true }).first().click();
      await page.getByRole('dialog', { name: 'One request' }).waitFor();
      await page.getByText('What was asked and answered is not kept.').waitFor();
      await check(world, world.member, 'one request');
      await page.keyboard.press('Escape');
    },
  ],
  [
    'a device that is revoked is refused at once',
    async (world) => {
      const { page } = world.member;
      await page.getByRole('navigation', { name: 'Main, narrow' }).getByRole('link', { name: 'Devices' }).click();
      await page.getByText('thesis-laptop').first().waitFor();
      await page.setViewportSize({ width: 1440, height: 900 });
      await check(world, world.member, 'devices');
      await page.getByRole('button', { name: 'Revoke thesis-laptop' }).click();
      await page.getByRole('button', { name: 'Keep it' }).waitFor();
      await page.getByRole('button', { name: 'Revoke device' }).click();
      await until('the device to be refused', async () => {
        const answered = await ask(world, world.told.get('credential') ?? '');
        return answered.status === 401;
      });
      await page.setViewportSize({ width: 390, height: 844 });
    },
  ],
  [
    'a member sees no office',
    async (world) => {
      const { page } = world.member;
      await page.goto(`${world.gateway.url}/audit`);
      await page.getByText('Only owners and admins see this').waitFor();
      await check(world, world.member, 'not allowed');
    },
  ],
];
