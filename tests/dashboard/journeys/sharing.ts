// From a machine's logs to a public profile and back: nothing is shown before its owner says so.
import type { Page } from 'playwright-core';
import { NARROW, WIDE } from '../support/browser.ts';
import { Laptop } from '../support/laptop.ts';
import type { Step } from '../support/suite.ts';
import { check, type Person, type World } from '../support/world.ts';

interface Sent {
  isSent: boolean;
  days: { day: string; totalTokens: number }[];
}

let laptop: Laptop | undefined;

const machine = (world: World): Laptop => (laptop ??= new Laptop(world.binary, world.root));

/** A page in light and dark, wide and narrow. */
async function checkInEachLook(world: World, person: Person, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const viewport of [WIDE, NARROW]) {
      await person.page.emulateMedia({ colorScheme });
      await person.page.setViewportSize(viewport);
      await drawn(person.page);
      await check(world, person, `${name} ${colorScheme} ${viewport.width.toString()}`);
    }
}

/** Another paper is another picture, which has to come first. */
const drawn = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => [...document.images].every((image) => image.complete && image.naturalWidth > 0));

export const sharing: Step[] = [
  [
    'a machine logs in, confirmed in the browser',
    async (world) => {
      const { page } = world.owner;
      await machine(world).logIn(world.gateway.url, async (code) => {
        await page.goto(`${world.gateway.url}/device?code=${code}`);
        await page.getByRole('button', { name: 'Look who asks' }).click();
        await page.getByText('“thesis-laptop”').waitFor();
        await page.getByRole('button', { name: 'Approve device' }).click();
        await page.getByText('thesis-laptop is linked').waitFor();
      });
    },
  ],
  [
    'a dry run sends nothing',
    async (world) => {
      const { page } = world.owner;
      const { isSent, days } = await machine(world).ask<Sent>('submit', '--dry-run');
      if (isSent || days.length < 200) throw new Error(`a dry run of ${days.length.toString()} rows`);
      await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'My machines' }).click();
      await page.getByText('No machine has sent anything').waitFor();
      await check(world, world.owner, 'no machine');
    },
  ],
  [
    'what is sent is on the page of its machines, day by day',
    async (world) => {
      const { page } = world.owner;
      const { isSent } = await machine(world).ask<Sent>('submit');
      if (!isSent) throw new Error('nothing was sent');
      await page.reload();
      await page.getByRole('row', { name: /thesis-laptop/ }).waitFor();
      await page.getByRole('columnheader', { name: 'Cache read' }).waitFor();
      await page.getByRole('button', { name: 'Earlier days' }).click();
      await page.getByRole('row').nth(150).waitFor();
      await check(world, world.owner, 'machines');
    },
  ],
  [
    'nobody sees it before it is public',
    async (world) => {
      const { page } = world.member;
      await page.goto(`${world.gateway.url}/u/mira`);
      await page.getByText('There is no such profile').waitFor();
      await page.getByRole('link', { name: 'Leaderboard' }).first().click();
      await page.getByText('Nobody is here yet').waitFor();
      await check(world, world.member, 'leaderboard empty');
    },
  ],
  [
    'it is made public, with a name of its own and without the cost',
    async (world) => {
      const { page } = world.owner;
      await page.goto(`${world.gateway.url}/settings`);
      const panel = page.getByRole('region', { name: 'Sharing' });
      await panel.getByLabel('Handle').fill('Mira');
      await panel.getByLabel('Name shown').fill('M. of the engine room');
      await panel.getByLabel(/^Everybody who reaches/).check();
      await panel.getByRole('button', { name: 'Save sharing' }).click();
      await page.getByText('Your profile is public').waitFor();
      await panel.getByRole('link', { name: 'Look at the profile' }).waitFor();
      await check(world, world.owner, 'sharing');
    },
  ],
  [
    'whoever wants sees the profile with both of its graphs, in every look',
    async (world) => {
      const { page } = world.member;
      await page.goto(`${world.gateway.url}/u/mira`);
      await page.getByRole('heading', { name: 'M. of the engine room', level: 1 }).waitFor();
      await page.getByRole('img', { name: /^Tokens on each day/ }).waitFor();
      if ((await page.getByText('$').count()) > 0) throw new Error('the cost is shown');
      await checkInEachLook(world, world.member, 'profile squares');
      await page.getByRole('button', { name: 'Towers' }).click();
      await page.getByRole('img', { name: /^A tower for each day/ }).waitFor();
      await checkInEachLook(world, world.member, 'profile towers');
      await page.getByRole('link', { name: 'Leaderboard' }).click();
      await page.getByRole('button', { name: 'Streak' }).click();
      await page.getByRole('row', { name: /M\. of the engine room/ }).waitFor();
      await checkInEachLook(world, world.member, 'leaderboard');
      await page.getByRole('link', { name: 'M. of the engine room' }).click();
      await page.waitForURL(/\/u\/mira$/);
    },
  ],
  [
    'a forged day is refused, and the profile stays as it is',
    async (world) => {
      const { page } = world.member;
      const before = await page.getByRole('region', { name: 'Sums' }).textContent();
      const day = new Date().toISOString().slice(0, 10);
      const tokens = { inputTokens: 1, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
      const forged = { ...tokens, day, client: 'claude', model: 'claude-opus-4-5', messages: 1, costNanoUsd: null };
      const answered = await fetch(`${world.gateway.url}/api/v1/sharing/days`, {
        method: 'POST',
        headers: { authorization: `Bearer ${machine(world).token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          machine: '0b0c3f0e-58a5-4c2a-9d1e-6a7f3b2c1d00',
          days: [{ ...forged, totalTokens: 9_000_000 }],
        }),
      });
      const { error } = (await answered.json()) as { error: { code: string } };
      if (answered.status !== 400 || error.code !== 'sums_disagree')
        throw new Error(`${answered.status}: ${error.code}`);
      await page.reload();
      await page.getByRole('region', { name: 'Sums' }).waitFor();
      const after = await page.getByRole('region', { name: 'Sums' }).textContent();
      if (before !== after) throw new Error(`${before ?? ''} became ${after ?? ''}`);
    },
  ],
  [
    'everything that was sent is deleted, and nobody sees it any more',
    async (world) => {
      const { page } = world.owner;
      const panel = page.getByRole('region', { name: 'Sharing' });
      await panel.getByRole('button', { name: 'Delete everything sent' }).click();
      const dialog = page.getByRole('dialog', { name: 'Delete everything that you sent?' });
      await dialog.waitFor();
      await check(world, world.owner, 'delete everything');
      await dialog.getByRole('button', { name: 'Delete it all' }).click();
      await page.getByText('Everything that you sent is deleted').waitFor();
      await world.member.page.reload();
      await world.member.page.getByText('There is no such profile').waitFor();
      await check(world, world.member, 'nobody');
    },
  ],
];
