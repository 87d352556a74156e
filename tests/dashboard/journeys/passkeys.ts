// A passkey, made, used and removed with an authenticator that the browser plays.
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Page } from 'playwright-core';
import { complaintsOf, WIDE } from '../support/browser.ts';
import { check, type Person, type World } from '../support/world.ts';
import type { Step } from '../support/suite.ts';
import { PASSWORD } from './first-steps.ts';

/** Somebody else's browser, at the gateway's name: passkeys do not belong to numbers. */
async function atName(world: World): Promise<{ person: Person; url: string }> {
  const context = await world.browser.newContext({ viewport: WIDE, colorScheme: 'dark', reducedMotion: 'reduce' });
  const page = await context.newPage();
  const url = world.gateway.url.replace('127.0.0.1', 'localhost');
  return { person: { context, page, complaints: complaintsOf(page) }, url };
}

/** A fingerprint reader whose owner always nods, until they are told not to. */
async function authenticator(page: Page) {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    refuse: () => devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false }),
    allow: () => devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true }),
  };
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Mira K/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: /^Sign in to/ }).waitFor();
}

/** Eleven minutes later, as far as the gateway can tell. */
function stale(world: World): void {
  const database = new DatabaseSync(path.join(world.gateway.dataDir, 'gateway.db'));
  database.exec('UPDATE session SET step_up_at = step_up_at - 660000');
  database.close();
}

export const passkeys: Step[] = [
  [
    'a passkey is made, signs in, confirms, and is removed',
    async (world) => {
      const { person, url } = await atName(world);
      const { page } = person;
      const finger = await authenticator(page);
      await page.goto(`${url}/settings`);
      await page.getByRole('button', { name: 'Sign in with a password' }).click();
      await page.getByLabel('Name or e-mail').fill('Mira K.');
      await page.getByLabel('Password').fill(PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
      await page.getByText('No passkey yet').waitFor();
      await page.getByRole('button', { name: 'Make a passkey' }).click();
      const dialog = page.getByRole('dialog', { name: 'Make a passkey' });
      await dialog.getByLabel('Name').fill('Thesis laptop');
      await check(world, person, 'passkey make');
      await dialog.getByRole('button', { name: 'Make it' }).click();
      await page.getByRole('cell', { name: /^Thesis laptop/ }).waitFor();
      await check(world, person, 'passkeys');

      // The same authenticator does not make a second one.
      await page.getByRole('button', { name: 'Make a passkey' }).click();
      await dialog.getByRole('button', { name: 'Make it' }).click();
      await dialog.getByRole('alert').getByText('This device has a passkey of yours already.').waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).click();

      await signOut(page);
      await finger.refuse();
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
      await page.getByRole('alert').getByText('No passkey was chosen.').waitFor();
      await check(world, person, 'passkey not chosen');
      await finger.allow();
      await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
      await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();

      await page.getByRole('button', { name: 'Rename Thesis laptop' }).click();
      const rename = page.getByRole('dialog', { name: /^Rename/ });
      await rename.getByLabel('Name').fill('Old laptop');
      await rename.getByRole('button', { name: 'Rename' }).click();
      await page.getByRole('cell', { name: /^Old laptop/ }).waitFor();

      stale(world);
      await page.getByRole('button', { name: 'Remove Old laptop' }).click();
      await page.getByRole('button', { name: 'Remove', exact: true }).click();
      const confirm = page.getByRole('dialog', { name: 'Confirm it is you' });
      await confirm.getByRole('button', { name: 'Confirm with a passkey' }).waitFor();
      await check(world, person, 'passkey step up');
      await confirm.getByRole('button', { name: 'Confirm with a passkey' }).press('Enter');
      await page.getByText('No passkey yet').waitFor();
      await person.context.close();
    },
  ],
];
