// Grey text while typing, and what becomes of it.
import assert from 'node:assert/strict';
import { until } from '../support/deadline.ts';
import { FUNCTION } from '../support/script.ts';
import type { Case } from '../support/world.ts';

export const completing: Case[] = [
  [
    'typing gives ghost text',
    async ({ workbench, screens }) => {
      await workbench.openFile('ledger.rs');
      await workbench.page.keyboard.press('Control+End');
      await workbench.type('fn add');
      await workbench.waitForGhostText(/a: i64, b: i64/);
      assert.ok(!(await workbench.editorText()).includes('i64, b'), 'ghost text is not in the file');
      await screens.take('ghost-text');
    },
  ],
  [
    'Tab accepts it, and the ledger has its charge',
    async ({ workbench, screens, gateway, key }) => {
      const [firstLine] = FUNCTION.split('\n') as [string];
      await workbench.page.keyboard.press('Tab');
      await until('the accepted text', async () => (await workbench.editorText()).includes(firstLine));
      await until('the usage row', async () => (await gateway.usage(key.id)).some(({ kind }) => kind === 'completion'));
      await workbench.waitForStatus(/^\$4\.9/);
      await screens.take('accepted');
    },
  ],
  [
    'completions can be switched off and on',
    async ({ workbench, upstream }) => {
      await workbench.run('Token Tracker: Toggle Completions');
      await workbench.waitForStatus(/completions off$/);
      const before = upstream.requests.length;
      await workbench.page.keyboard.press('Control+End');
      await workbench.type('\n\nfn ad');
      assert.equal(await workbench.ghostText(), '');
      await workbench.run('Token Tracker: Toggle Completions');
      await workbench.waitForStatus(/^\$\d+\.\d\d$/);
      // What follows proves that a request on the way would have been seen by now.
      assert.equal(upstream.requests.length, before, 'no completion was asked for');
      await workbench.type('d');
      await workbench.waitForGhostText(/a: i64, b: i64/);
      await workbench.page.keyboard.press('Escape');
    },
  ],
];
