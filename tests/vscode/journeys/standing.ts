// What the editor says when something is in the way, and that it finds its way back.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { ChatPage } from '../support/chat-page.ts';
import { until } from '../support/deadline.ts';
import type { Case } from '../support/world.ts';

export const interruptions: Case[] = [
  [
    'a gateway that is gone leaves the last balance with its age, and its return is noticed',
    async ({ workbench, gateway, screens }) => {
      await gateway.stop();
      await workbench.waitForStatus(/^\$\d\.\d\d as of \d\d:\d\d$/, 30_000);
      await screens.take('offline');
      await gateway.start();
      await workbench.waitForStatus(/^\$\d\.\d\d$/, 60_000);
    },
  ],
  [
    'a sidecar that dies is started again, still signed in',
    async ({ workbench }) => {
      const before = sidecars();
      assert.equal(before.length, 1, `one sidecar runs: ${before.join(' ')}`);
      process.kill(Number(before[0]), 'SIGKILL');
      await until('another sidecar', () => {
        const now = sidecars();
        return now.length === 1 && now[0] !== before[0];
      });
      await workbench.waitForStatus(/^\$\d\.\d\d$/, 30_000);
    },
  ],
];

export const exhaustion: Case[] = [
  [
    'a question that the credit cannot pay is refused with a next step',
    async ({ workbench, screens }) => {
      await workbench.run('Token Tracker: New Chat');
      const chat = await ChatPage.of(workbench);
      await chat.model.selectOption('coder');
      await chat.ask('Can two nodes settle the same hold?');
      const refusal = chat.lastAnswer.getByRole('alert');
      await refusal.waitFor();
      assert.ok((await refusal.innerText()).length > 0);
      await chat.lastAnswer.getByRole('button', { name: 'Redeem a key' }).waitFor();
      await workbench.waitForStatus(/^Used up$/);
      await screens.take('exhausted');
    },
  ],
  [
    'a key that its owner revokes takes the device along, without a question',
    async ({ workbench, gateway, smallKey, screens }) => {
      await gateway.revoke(smallKey);
      await workbench.waitForStatus(/^Device revoked$/);
      const chat = await ChatPage.of(workbench);
      await workbench.run('Token Tracker: Open Chat');
      await chat.frame
        .getByRole('button', { name: /Redeem/ })
        .first()
        .waitFor();
      await screens.take('revoked');
    },
  ],
];

/** The sidecars that run inside the editor under test. */
function sidecars(): string[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const ours = lines.filter((line) => /token-tracker-journeys-.*\/bin\/token-tracker-sidecar --stdio/.test(line));
  return ours.map((line) => line.trim().split(/\s+/)[0] ?? '');
}
