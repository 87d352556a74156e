// The usage page in the editor: what the sidecar's own log says is what the gateway charged.
import assert from 'node:assert/strict';
import { until } from '../support/deadline.ts';
import { sum } from '../support/gateway.ts';
import type { Case } from '../support/world.ts';

export const usageSeen: Case[] = [
  [
    'the usage page has what the gateway charged, to the nano-dollar, by day and by model',
    async ({ workbench, gateway, key, screens }) => {
      await workbench.run('Token Tracker: Show Usage');
      const page = await workbench.webview('token-tracker.token-tracker', 'usage');
      const charged = await gateway.usage(key.id);
      const exact = sum(charged);
      const byDay = page.getByRole('table', { name: 'Usage by day' });
      const all = byDay.getByRole('row', { name: /^All / });
      const costOf = async () => (await all.locator('td').last().getAttribute('title'))?.replace(/[^\d]/g, '') ?? '';
      await until('every charge', async () => BigInt((await costOf()) || '0') === exact);
      assert.equal(await byDay.locator('tbody tr').count(), 1);
      await screens.take('usage-by-day');
      await page.getByLabel('By', { exact: true }).selectOption({ label: 'Model' });
      const byModel = page.getByRole('table', { name: 'Usage by model' });
      await byModel.getByRole('row', { name: /^coder / }).waitFor();
      assert.equal(await byModel.locator('tbody tr').count(), new Set(charged.map(({ model }) => model)).size);
      await screens.take('usage-by-model');
      await workbench.page.keyboard.press('Control+W');
    },
  ],
];
