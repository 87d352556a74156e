// The chat panel: an answer with its price, stop, history, the built-in model.
import assert from 'node:assert/strict';
import { ChatPage } from '../support/chat-page.ts';
import { until } from '../support/deadline.ts';
import { sum } from '../support/gateway.ts';
import type { Case } from '../support/world.ts';

export const chatting: Case[] = [
  [
    'an empty chat says what it is for',
    async ({ workbench, screens }) => {
      await workbench.openFile('settle.rs');
      const chat = await ChatPage.open(workbench);
      await chat.frame.getByRole('button', { name: 'Explain this file' }).waitFor();
      await until('the models', async () => (await chat.model.locator('option').count()) >= 2);
      await screens.take('chat-empty');
    },
  ],
  [
    'an answer streams in, with tokens and cost under it',
    async ({ workbench, screens }) => {
      const chat = await ChatPage.of(workbench);
      await chat.ask('Can two nodes settle the same hold?');
      await chat.lastAnswer.getByText('Both can read').waitFor();
      await screens.take('chat-streaming');
      const receipt = await chat.receipt();
      assert.match(receipt, /^\$\d+\.\d+ .*\d+ in · [\d.k]+ out · coder · [\d.]+ m?s/);
      await screens.take('chat-answered');
    },
  ],
  [
    'a suggestion, an answer and the balance stand side by side',
    async ({ workbench, screens }) => {
      await workbench.focusEditor();
      await workbench.page.keyboard.press('Control+Home');
      for (let line = 1; line < 6; line += 1) await workbench.page.keyboard.press('ArrowDown');
      await workbench.type('        let charge = ');
      await workbench.waitForGhostText(/cost\.min/);
      await screens.take('all-of-it');
      await workbench.page.keyboard.press('Escape');
    },
  ],
  [
    'code of an answer goes to the cursor and to the clipboard',
    async ({ workbench }) => {
      const chat = await ChatPage.of(workbench);
      await chat.lastAnswer.getByRole('button', { name: 'Copy code' }).click();
      await chat.lastAnswer.getByRole('button', { name: 'Insert at cursor' }).click();
      await until('the inserted code', async () => (await workbench.editorText()).includes('RESOLVE_PENDING'));
      await until('the editor to have the focus', () => workbench.editorHasFocus());
      await workbench.page.keyboard.press('Control+Z');
    },
  ],
  [
    'an answer is text and code, never a script or a picture of a stranger',
    async ({ workbench }) => {
      const chat = await ChatPage.of(workbench);
      await chat.ask('Do me some harm');
      await chat.receipt();
      await chat.lastAnswer.getByText('The end.').waitFor();
      assert.equal(await chat.lastAnswer.locator('img, script, [onerror], a[href^="javascript"]').count(), 0);
      assert.notEqual(await chat.frame.title(), 'broken');
    },
  ],
  [
    'the status bar has fallen by exactly the sum of the usage rows',
    async ({ workbench, gateway, key }) => {
      const rows = await until('both kinds of usage', async () => {
        const found = await gateway.usage(key.id);
        return found.some(({ kind }) => kind === 'chat') && found;
      });
      const spent = sum(rows);
      const { spentNanoUsd, availableNanoUsd, heldNanoUsd } = await gateway.key(key.id);
      assert.ok(spent > 0n);
      assert.equal(BigInt(spentNanoUsd), spent);
      assert.equal(BigInt(availableNanoUsd) + BigInt(heldNanoUsd), 5_000_000_000n - spent);
      const cents = (5_000_000_000n - spent) / 10_000_000n;
      const shown = `$${cents / 100n}.${String(cents % 100n).padStart(2, '0')}`;
      assert.equal(await workbench.waitForStatus(/^\$\d+\.\d\d$/), shown);
    },
  ],
  [
    'Stop ends an answer at once, at the provider too, and says what it cost',
    async ({ workbench, screens, upstream, gateway, key }) => {
      const chat = await ChatPage.of(workbench);
      const hungUp = upstream.hungUp;
      await chat.ask('Explain that at length');
      await chat.lastAnswer.getByText('One more reason').first().waitFor();
      await chat.stop.click();
      await chat.lastAnswer.getByText('Stopped by you.').waitFor();
      await until('the provider to see it', () => upstream.hungUp > hungUp);
      await chat.receipt();
      const rows = await gateway.usage(key.id);
      assert.ok(rows.some(({ kind, estimated }) => kind === 'chat' && estimated));
      await screens.take('chat-stopped');
    },
  ],
  [
    'the built-in model answers for nothing',
    async ({ workbench, gateway, key, screens }) => {
      const chat = await ChatPage.of(workbench);
      await chat.model.selectOption('builtin/help');
      await chat.ask('Who are you?');
      assert.match(await chat.receipt(), /^\$0 .*builtin\/help/);
      const rows = (await gateway.usage(key.id)).filter(({ model }) => model === 'builtin/help');
      assert.deepEqual([rows.length, sum(rows)], [1, 0n]);
      await screens.take('chat-built-in');
      await chat.model.selectOption('coder');
    },
  ],
  [
    'a chat is kept, can be opened again and deleted',
    async ({ workbench, screens }) => {
      await workbench.run('Token Tracker: New Chat');
      const chat = await ChatPage.of(workbench);
      await until('an empty chat', async () => (await chat.answers.count()) === 0);
      await workbench.run('Token Tracker: Earlier Chats');
      const kept = chat.frame.getByRole('button', { name: /^Can two nodes settle/ });
      await kept.waitFor();
      await screens.take('history');
      await kept.click();
      await chat.frame.getByRole('article', { name: 'Question' }).first().waitFor();
      await workbench.run('Token Tracker: Earlier Chats');
      await chat.frame.getByRole('button', { name: /^Delete Can two nodes/ }).click();
      await chat.frame.getByText('No earlier chats.').waitFor();
      await screens.take('history-empty');
      await chat.frame.getByRole('button', { name: 'Back to the chat' }).click();
    },
  ],
  [
    'the menu answers why nothing happens and shows the key',
    async ({ workbench, screens, key }) => {
      await workbench.statusItem.click();
      await workbench.quickRows.filter({ hasText: 'Why is nothing happening?' }).waitFor();
      await workbench.quickRows.filter({ hasText: `Key …${key.key.slice(-4)}` }).waitFor();
      await screens.take('menu');
      await workbench.page.keyboard.press('Escape');
    },
  ],
];
