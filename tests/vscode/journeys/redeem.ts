// From nothing to a signed-in editor, and out again.
import assert from 'node:assert/strict';
import { ChatPage } from '../support/chat-page.ts';
import { until } from '../support/deadline.ts';
import type { Workbench } from '../support/workbench.ts';
import type { Case } from '../support/world.ts';

const REDEEM = 'Token Tracker: Redeem Token Key';
const UNKNOWN_KEY = 'TTK-00000-00000-00000-00000-00000';

function askedForGateway(workbench: Workbench, url: string): Promise<unknown> {
  return until('the gateway of the settings', async () => (await workbench.quickBox.inputValue()) === url);
}

export const redeeming: Case[] = [
  [
    'an editor without a key says so, in the status bar and in the chat',
    async ({ workbench, screens }) => {
      await workbench.waitForStatus(/^Redeem a key$/, 60_000);
      const chat = await ChatPage.open(workbench);
      await chat.frame.getByRole('button', { name: 'Redeem Token Key' }).waitFor();
      await screens.take('signed-out');
    },
  ],
  [
    'a typing error in the key is told before it is sent',
    async ({ workbench, screens }) => {
      await workbench.run(REDEEM);
      await workbench.quickBox.fill('TTK-6Y8S0');
      assert.equal(await workbench.quickBox.getAttribute('type'), 'password');
      await workbench.quickInput.getByText('20 of 25 characters are missing.').waitFor();
      await screens.take('key-too-short');
      await workbench.page.keyboard.press('Escape');
    },
  ],
  [
    'a key that nobody minted is refused, and the editor stays signed out',
    async ({ workbench, screens, gateway }) => {
      await workbench.run(REDEEM);
      await workbench.answer(UNKNOWN_KEY);
      await askedForGateway(workbench, gateway.url);
      await workbench.page.keyboard.press('Enter');
      await workbench.notification(/Check the key for typing errors, or ask its owner for another one\./).waitFor();
      await screens.take('key-refused');
      assert.equal(await workbench.statusText(), 'Redeem a key');
      await workbench.run('Notifications: Clear All Notifications');
    },
  ],
  [
    'a bare key is redeemed at the gateway of the settings, and the status bar shows $5.00',
    async ({ workbench, screens, gateway, key }) => {
      await workbench.run(REDEEM);
      await workbench.answer(key.key);
      await askedForGateway(workbench, gateway.url);
      await screens.take('which-gateway');
      await workbench.page.keyboard.press('Enter');
      assert.equal(await workbench.waitForStatus(/\$/), '$5.00');
      await workbench.notification(/\$5\.00 left/).waitFor();
      assert.equal((await gateway.key(key.id)).devicesEnrolled, 1);
      await screens.take('redeemed');
      await workbench.run('Notifications: Clear All Notifications');
    },
  ],
];

export const signingOut: Case[] = [
  [
    'signing out gives the place back, and the editor forgets the balance',
    async ({ workbench, gateway, key }) => {
      await workbench.run('Token Tracker: Sign Out');
      await workbench.waitForStatus(/^Redeem a key$/);
      assert.equal((await gateway.key(key.id)).devicesEnrolled, 0);
      await workbench.run('Notifications: Clear All Notifications');
    },
  ],
  [
    'a link carries its gateway: one paste signs in',
    async ({ workbench, gateway, smallKey }) => {
      await workbench.run(REDEEM);
      await workbench.answer(`${gateway.url}/redeem#${smallKey.key}`);
      assert.equal(await workbench.waitForStatus(/\$/), '$0.00');
      await workbench.run('Notifications: Clear All Notifications');
    },
  ],
];
