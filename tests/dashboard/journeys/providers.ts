// Signing in by a real OpenID provider: refused as long as nobody is invited, then let in and known.
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { complaintsOf, NARROW } from '../support/browser.ts';
import type { Step } from '../support/suite.ts';
import { check, type Person, type World } from '../support/world.ts';

/** On the provider's own pages: a name, any password, and yes. */
async function sayWho(page: Page, name: string): Promise<void> {
  await page.getByPlaceholder('Enter any login').fill(name);
  await page.getByPlaceholder('and password').fill('anything');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** As the gateway's machine: whether the owner is still signed in is another journey's business. */
async function invite(world: World, email: string): Promise<string> {
  const file = fs.readFileSync(path.join(world.gateway.dataDir, 'admin.json'), 'utf8');
  const { credential } = JSON.parse(file) as { credential: string };
  const answer = await fetch(`${world.gateway.url}/api/v1/invitations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'member', email }),
  });
  if (answer.status !== 201) throw new Error(`the invitation was answered with ${answer.status.toString()}`);
  return ((await answer.json()) as { url: string }).url;
}

async function newcomer(world: World): Promise<Person> {
  const context = await world.browser.newContext({ viewport: NARROW, colorScheme: 'light', reducedMotion: 'reduce' });
  const page = await context.newPage();
  return { context, page, complaints: complaintsOf(page) };
}

export const providers: Step[] = [
  [
    'somebody from the company is let in once they are invited',
    async (world) => {
      const person = await newcomer(world);
      const { page } = person;
      await page.goto(world.gateway.url);
      await page.getByRole('button', { name: 'Sign in with Company login' }).click();
      await sayWho(page, 'ada');
      await page.getByRole('alert').getByText('Company login did not sign you in.').waitFor();
      if (page.url() !== `${world.gateway.url}/`) throw new Error(`the address stays ${page.url()}`);
      await check(world, person, 'company refused');

      await invite(world, 'ada@example.com');
      await page.getByRole('button', { name: 'Sign in with Company login' }).click();
      await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
      const cookies = await person.context.cookies(world.gateway.url);
      const session = cookies.find(({ name }) => !name.endsWith('-sign-in'));
      if (session?.sameSite !== 'Strict' || !session.httpOnly) throw new Error('the session is not locked');
      await page.goto(`${world.gateway.url}/settings#sign-in`);
      await page.getByText('ada@example.com', { exact: true }).waitFor();
      await check(world, person, 'company account');
      await person.context.close();
    },
  ],
  [
    'whoever is invited by an address joins by the company, and is asked for no password',
    async (world) => {
      const person = await newcomer(world);
      const { page } = person;
      await page.goto(await invite(world, 'grace@example.com'));
      await page.getByRole('heading', { name: /^Join/ }).waitFor();
      const join = page.getByRole('button', { name: 'Join with Company login' });
      await join.waitFor();
      if ((await page.getByLabel('Password').count()) > 0) throw new Error('a password is asked for');
      await check(world, person, 'join by the company');
      await join.click();
      await sayWho(page, 'grace');
      await page.getByRole('heading', { name: 'Overview', level: 1 }).waitFor();
      await person.context.close();
    },
  ],
];
