// Signing in by a real OpenID provider, whose word alone makes nobody a member.
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

async function newcomer(world: World): Promise<Person> {
  const context = await world.browser.newContext({ viewport: NARROW, colorScheme: 'light', reducedMotion: 'reduce' });
  const page = await context.newPage();
  return { context, page, complaints: complaintsOf(page) };
}

export const providers: Step[] = [
  [
    'somebody from the company whom nobody invited is sent back with a reason',
    async (world) => {
      const person = await newcomer(world);
      const { page } = person;
      await page.goto(world.gateway.url);
      await page.getByRole('button', { name: 'Sign in with Company login' }).click();
      await sayWho(page, 'ada');
      await page.getByRole('alert').getByText('Company login did not sign you in.').waitFor();
      if (page.url() !== `${world.gateway.url}/`) throw new Error(`the address stays ${page.url()}`);
      await check(world, person, 'company refused');
      await person.context.close();
    },
  ],
];
