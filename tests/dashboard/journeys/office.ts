// The owner's other pages, in the other colours and on the other screen.
import type { Step } from '../support/suite.ts';
import { check } from '../support/world.ts';

const PAGES = [
  '/',
  '/usage',
  '/devices',
  '/redeem',
  '/settings',
  '/members',
  '/keys',
  '/models',
  '/reconciliation',
  '/alerts',
  '/alerts?view=rules',
  '/alerts?view=channels',
  '/audit',
];

export const office: Step[] = [
  [
    'the owner sees what the member did',
    async (world) => {
      const { page } = world.owner;
      await page.goto(`${world.gateway.url}/audit`);
      await page.getByText('minted').first().waitFor();
      await page.getByRole('button', { name: 'Verify the chain now' }).click();
      await page.getByText('The chain is whole.').waitFor();
      await check(world, world.owner, 'audit');
    },
  ],
  [
    'every page is sound in dark and narrow',
    async (world) => {
      const { page } = world.owner;
      await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
      await page.setViewportSize({ width: 390, height: 844 });
      for (const place of PAGES) {
        await page.goto(world.gateway.url + place);
        await page.getByRole('heading', { level: 1 }).waitFor();
        await check(world, world.owner, `dark narrow ${place}`);
      }
    },
  ],
];
