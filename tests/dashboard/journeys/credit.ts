// How the office gives and takes credit, by keyboard alone: a team with a pool, a member of it, limits,
// an allowance, a key that is revoked, and a provider that is tried. The member's page follows by itself.
import type { Page } from 'playwright-core';
import { choose, pick, press, reach, type } from '../support/keyboard.ts';
import type { Step } from '../support/suite.ts';
import { check } from '../support/world.ts';
import { go } from './go.ts';

const actions = (page: Page, name: string) => page.getByRole('button', { name: `Actions for ${name}` });
const row = (page: Page, name: string) => page.getByRole('row', { name: new RegExp(`^(What is in )?${name}`) });

export const credit: Step[] = [
  [
    'the owner makes a team with a pool',
    async (world) => {
      const { page } = world.owner;
      await go(page, 'Members');
      await press(page, page.getByRole('button', { name: 'New team' }));
      await type(page, page.getByLabel('Name', { exact: true }), 'Robotics');
      await type(page, page.getByLabel('Credit in its pool'), '10');
      await check(world, world.owner, 'new team');
      await press(page, page.getByRole('button', { name: 'Make the team, $10.00' }));
      await row(page, 'Robotics').getByText('$10.00').first().waitFor();
    },
  ],
  [
    'a member is put in it, and is given a part of the pool',
    async (world) => {
      const { page } = world.owner;
      await pick(page, actions(page, 'Jonas W.'), 'Put in a team…');
      await choose(page, page.getByLabel('Team', { exact: true }), 'Robotics');
      await press(page, page.getByRole('button', { name: 'Put in Robotics' }));
      await row(page, 'Robotics').getByText('1 person').waitFor();
      await pick(page, actions(page, 'Robotics'), 'Allocate to its people…');
      await type(page, page.getByRole('textbox', { name: /^Amount/ }), '4');
      await check(world, world.owner, 'allocate');
      await press(page, page.getByRole('button', { name: 'Allocate $4.00' }));
      await row(page, 'Pool').getByText('$6.00').first().waitFor();
      await check(world, world.owner, 'tree');
      // Nobody loads the member's page again.
      await world.member.page
        .getByTitle(/^\$6\.50/)
        .filter({ visible: true })
        .first()
        .waitFor();
    },
  ],
  [
    'limits and an allowance are set',
    async (world) => {
      const { page } = world.owner;
      await pick(page, actions(page, 'Jonas W.'), 'Limits…');
      await type(page, page.getByLabel('Spend in a month'), '40');
      await check(world, world.owner, 'limits');
      await press(page, page.getByRole('button', { name: 'Set the limits' }));
      await row(page, 'Jonas W.').getByText('at most $40.00 a month').waitFor();
      await go(page, 'Token keys');
      await pick(page, actions(page, 'For Jonas'), 'Allowance…');
      await type(page, page.getByRole('textbox', { name: /^Amount/ }), '3');
      await check(world, world.owner, 'allowance');
      await press(page, page.getByRole('button', { name: 'Give $3.00 a month' }));
      await page
        .getByText(/\$3\.00 a month/)
        .first()
        .waitFor();
      await world.member.page
        .getByTitle(/^\$9\.50/)
        .filter({ visible: true })
        .first()
        .waitFor();
    },
  ],
  [
    'a key is revoked, and its rest goes into the pool',
    async (world) => {
      const { page } = world.owner;
      await pick(page, actions(page, 'For Jonas'), 'Revoke…');
      await reach(page, page.getByLabel('The rest of its credit'));
      await page.keyboard.press('End');
      await page.getByText('Robotics gets').waitFor();
      await check(world, world.owner, 'revoke');
      await press(page, page.getByRole('button', { name: 'Revoke key, $9.50 left' }));
      await page.getByText('For Jonas is revoked').waitFor();
      await go(page, 'Members');
      await row(page, 'Pool').getByText('$15.50').first().waitFor();
      await world.member.page.getByText('$9.50').first().waitFor({ state: 'hidden' });
    },
  ],
  [
    'the team is removed, and its pool goes back',
    async (world) => {
      const { page } = world.owner;
      await pick(page, actions(page, 'Robotics'), 'Remove…');
      const remove = page.getByRole('button', { name: 'Remove team, $15.50 back' });
      await check(world, world.owner, 'remove team');
      await press(page, remove);
      await row(page, 'Robotics').waitFor({ state: 'hidden' });
    },
  ],
  [
    'a provider is tried, and a model shows its route',
    async (world) => {
      const { page } = world.owner;
      await go(page, 'Models and providers');
      await press(page, page.getByRole('button', { name: 'coder' }));
      const drawer = page.getByRole('dialog', { name: 'coder' });
      await drawer.getByText('scripted').first().waitFor();
      await check(world, world.owner, 'model');
      await page.keyboard.press('Escape');
      await press(page, page.getByRole('button', { name: 'Providers' }));
      await press(page, page.getByRole('button', { name: 'Test the connection' }).first());
      await page.getByText('It answers, and lists its models.').waitFor();
      await check(world, world.owner, 'provider tried');
      await reach(page, page.getByRole('button', { name: 'Add a provider' }));
    },
  ],
];
