// What the owner is told without asking: the bell rings by itself, and everything about it is done by keyboard.
import { press, reach } from '../support/keyboard.ts';
import type { Step } from '../support/suite.ts';
import { check } from '../support/world.ts';

/** The gateway looks every 15 seconds. */
const LOOK = { timeout: 40_000 };

export const alerts: Step[] = [
  [
    'a line for the day is drawn, and the bell rings by itself',
    async (world) => {
      const { page } = world.owner;
      await page.goto(`${world.gateway.url}/alerts`);
      await page.getByText('Nothing asks for you').waitFor();
      await check(world, world.owner, 'alerts empty');
      await page.getByRole('button', { name: 'Rules', exact: true }).click();
      await page.getByRole('button', { name: 'Actions for High daily cost, Everybody' }).click();
      await page.getByRole('menuitem', { name: 'Edit…' }).click();
      await page.getByLabel('US dollars').fill('0.000000001');
      await check(world, world.owner, 'alert rule');
      await page.getByRole('button', { name: 'Save the rule' }).click();
      await page
        .getByRole('row', { name: /High daily cost/ })
        .getByText('over $0')
        .waitFor();
      await check(world, world.owner, 'alert rules');
      await page.getByRole('button', { name: /^Alerts, [1-9]\d* open$/ }).waitFor(LOOK);
    },
  ],
  [
    'the bell is opened, walked through and closed by keyboard',
    async (world) => {
      const { page } = world.owner;
      await page.goto(`${world.gateway.url}/usage`);
      const bell = page.getByRole('button', { name: /^Alerts, [1-9]\d* open$/ });
      await press(page, bell);
      const list = page.getByRole('dialog', { name: 'Open alerts' });
      await list.getByText('High daily cost').waitFor();
      await check(world, world.owner, 'bell');
      await page.keyboard.press('Escape');
      await list.waitFor({ state: 'hidden' });
      await reach(page, bell);
      await page.keyboard.press('Enter');
      await press(page, list.getByRole('link', { name: /spent today/ }));
      await page.waitForURL(/\/alerts\?alert=/);
      await page.getByRole('link', { name: 'Look at usage' }).waitFor();
      await check(world, world.owner, 'alert open');
    },
  ],
  [
    'an alert is marked as seen, and is in the history after that',
    async (world) => {
      const { page } = world.owner;
      await page.getByRole('button', { name: /^Mark as seen: .* spent today/ }).click();
      await page.getByRole('button', { name: '30 days' }).click();
      await page
        .getByText(/seen by/)
        .first()
        .waitFor();
      await check(world, world.owner, 'alerts of 30 days');
    },
  ],
  [
    'a channel is added, and a test says why nothing arrives',
    async (world) => {
      const { page } = world.owner;
      await page.getByRole('button', { name: 'Channels', exact: true }).click();
      await page.getByText('Only the bell rings').waitFor();
      await page.getByRole('button', { name: 'Add the first channel' }).click();
      await page.getByRole('button', { name: 'E-mail', exact: true }).click();
      await page.getByLabel('Name').fill('On call');
      await page.getByLabel('To', { exact: true }).fill('mira@example.net, ops@example.net');
      await check(world, world.owner, 'add a channel');
      await page.getByRole('button', { name: 'Add the e-mail' }).click();
      await page.getByRole('button', { name: 'Send a test to On call' }).click();
      await page.getByText('The configuration names no mail server').last().waitFor();
      await check(world, world.owner, 'channels');
    },
  ],
];
