// What people do who have a key already: it is read off a picture of its QR code, a credential is rotated,
// a charge is read line by line, amounts are shown in another currency, and the owner compares bills.
import { Buffer } from 'node:buffer';
import encodeQR from 'qr';
import { until } from '../../vscode/support/deadline.ts';
import { choose, press, reach, type } from '../support/keyboard.ts';
import type { Step } from '../support/suite.ts';
import { check } from '../support/world.ts';
import { ask, redeemElsewhere } from './device.ts';
import { PASSWORD } from './first-steps.ts';
import { go } from './go.ts';

export const everyDay: Step[] = [
  [
    'the member joins, and their key is read off a picture',
    async (world) => {
      const { page } = world.member;
      await page.goto(world.told.get('invitation') ?? '');
      await type(page, page.getByLabel('Password'), PASSWORD);
      await press(page, page.getByRole('button', { name: 'Join' }));
      await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
      await go(page, 'Redeem', 'Redeem and set up');
      // A camera is for the document of this page alone: it is loaded anew, and asks by itself.
      await press(page, page.getByRole('button', { name: 'Scan a QR code' }));
      await page.waitForURL(/\/redeem\?scan=1$/);
      await page.getByRole('dialog', { name: 'Scan a QR code' }).waitFor();
      await page.getByText('The camera is not available').waitFor();
      await check(world, world.member, 'scan');
      const picture = (text: string) => ({
        name: 'code.gif',
        mimeType: 'image/gif',
        buffer: Buffer.from(encodeQR(text, 'gif', { scale: 8 })),
      });
      const file = page.getByLabel('A picture of the code');
      await file.setInputFiles(picture('https://example.net/elsewhere'));
      await page.getByText('There is no token key in this picture').waitFor();
      await file.setInputFiles(picture(`${world.gateway.url}/redeem#${world.told.get('code') ?? ''}`));
      await page.getByText('All 25 characters are there.').waitFor();
      await press(page, page.getByRole('button', { name: 'Redeem', exact: true }));
      await page.getByText('$2.50 added.').waitFor();
    },
  ],
  [
    'a charge is shown line by line, with its lot and its times',
    async (world) => {
      const { page } = world.member;
      await press(page, page.getByRole('link', { name: 'Go to the overview' }));
      await page.getByText('Nothing of yours runs.').waitFor();
      const answered = await ask(world, await redeemElsewhere(world));
      if (!answered.ok) throw new Error(`the model answered ${answered.status.toString()}: ${await answered.text()}`);
      await press(page, page.getByRole('link', { name: 'coder', exact: true }).first());
      const drawer = page.getByRole('dialog', { name: 'One request' });
      await drawer.getByText(/× \$3\.00 a million/).waitFor();
      await drawer.getByText(/× \$15\.00 a million/).waitFor();
      await drawer.getByText('For Jonas, …').waitFor();
      await check(world, world.member, 'price lines');
      await page.keyboard.press('Escape');
    },
  ],
  [
    'a credential is rotated, and the new one works',
    async (world) => {
      const { page } = world.member;
      await go(page, 'Devices');
      await page.getByText('this machine').first().waitFor();
      await press(page, page.getByRole('button', { name: 'Rotate the credential of thesis-laptop' }));
      await check(world, world.member, 'rotate');
      await press(page, page.getByRole('button', { name: 'Make a new one' }));
      const credential = (await page.getByText(/^ttd_/).textContent()) ?? '';
      await check(world, world.member, 'rotated');
      await reach(page, page.getByLabel('I have saved it'));
      await page.keyboard.press('Space');
      await press(page, page.getByRole('button', { name: 'Done' }));
      for (const one of [credential, world.told.get('credential') ?? '']) {
        const answered = await ask(world, one);
        if (!answered.ok) throw new Error(`${one.slice(0, 8)}… was refused: ${await answered.text()}`);
      }
    },
  ],
  [
    'amounts are shown in another currency, and in dollars again',
    async (world) => {
      const { page } = world.member;
      await go(page, 'Settings');
      await choose(page, page.getByLabel('Show amounts in'), 'Euro');
      await type(page, page.getByLabel('One US dollar, in EUR'), '0.5');
      const panel = page.getByRole('region', { name: 'Currency' });
      await press(page, panel.getByRole('button', { name: 'Save' }));
      await go(page, 'Usage');
      await page.getByText(/≈ €/).first().waitFor();
      await check(world, world.member, 'euro');
      await go(page, 'Settings');
      await choose(page, page.getByLabel('Show amounts in'), 'US');
      await press(page, panel.getByRole('button', { name: 'Save' }));
      await go(page, 'Usage');
      await until('dollars again', async () => (await page.getByText(/≈ €/).count()) === 0);
    },
  ],
  [
    'the owner sees what runs out, and compares bills',
    async (world) => {
      const { page } = world.owner;
      await go(page, 'Overview');
      await page.getByRole('heading', { name: 'When the gateway’s credit runs out' }).waitFor();
      await check(world, world.owner, 'owner overview');
      await go(page, 'Reconciliation');
      await page.getByText('coder').or(page.getByText('scripted')).first().waitFor();
      await check(world, world.owner, 'reconciliation');
      await press(page, page.getByRole('button', { name: 'Import a bill' }));
      const today = new Date().toISOString().slice(0, 10);
      const bill = `day,upstream,model,cost_usd\n${today},scripted,scripted,1.5\n${today},nobody,scripted,1\n`;
      await page
        .getByLabel('CSV file')
        .setInputFiles({ name: 'bill.csv', mimeType: 'text/csv', buffer: Buffer.from(bill) });
      await page.getByText('There is no upstream “nobody”.').waitFor();
      await check(world, world.owner, 'bill');
      await press(page, page.getByRole('button', { name: 'Keep 1 line' }));
      await page.getByText('1 line of a bill kept').waitFor();
      await page.getByText('Imported from files').or(page.getByText('scripted')).first().waitFor();
    },
  ],
];
