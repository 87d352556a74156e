// Everything out, a person who is forgotten, usage in; and a line of the audit log that somebody changed.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { press, type } from '../support/keyboard.ts';
import type { Step } from '../support/suite.ts';
import { check, type World } from '../support/world.ts';
import { go } from './go.ts';

/** What a press saves; its name and its bytes. */
async function saved(page: Page): Promise<{ name: string; bytes: Buffer }> {
  const download = page.waitForEvent('download');
  await press(page, page.getByRole('button', { name: /^Save the (archive|file)$/ }));
  const file = await download;
  return { name: file.suggestedFilename(), bytes: fs.readFileSync(await file.path()) };
}

/** The figures of everything, as the pages have them. */
async function totals(world: World): Promise<string> {
  const answer = await world.owner.page.evaluate(async () => {
    const got = await fetch('/api/v1/usage?limit=1');
    return ((await got.json()) as { totals: unknown }).totals;
  });
  return JSON.stringify(answer);
}

interface Database {
  exec: (sql: string) => void;
  close: () => void;
}

/** The Node that runs journeys has it; the types, which are those of an older one, do not know that. */
async function databaseOf(world: World): Promise<Database> {
  const module = 'node:sqlite';
  const { DatabaseSync } = (await import(module)) as { DatabaseSync: new (file: string) => Database };
  return new DatabaseSync(path.join(world.gateway.dataDir, 'gateway.db'));
}

/** What the command line finds; it ends with 1 where the log is not what was written. */
async function verify(world: World): Promise<{ code: number; said: string }> {
  const args = ['audit', 'verify', '--data-dir', world.gateway.dataDir];
  try {
    const { stdout } = await promisify(execFile)(world.gateway.binary, args);
    return { code: 0, said: stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, said: stdout };
  }
}

export const data: Step[] = [
  [
    'everything is exported, and usage alone',
    async (world) => {
      const { page } = world.owner;
      await go(page, 'Settings');
      const archive = await saved(page);
      if (!archive.name.endsWith('.zip') || archive.bytes.subarray(0, 2).toString() !== 'PK')
        throw new Error(`${archive.name} is no archive`);
      await page.getByText(/ saved$/).waitFor();
      await page.getByLabel('What', { exact: true }).selectOption({ label: 'Usage' });
      const usage = await saved(page);
      const lines = usage.bytes.toString().trim().split('\n');
      if (!usage.name.endsWith('.csv') || lines.length < 2)
        throw new Error(`${usage.name}: ${lines.length.toString()}`);
      world.told.set('usage', usage.bytes.toString());
      world.told.set('totals', await totals(world));
      await check(world, world.owner, 'exported');
    },
  ],
  [
    'a person is erased, and every total stays',
    async (world) => {
      const { page } = world.owner;
      await go(page, 'Members');
      await press(page, page.getByRole('button', { name: 'Actions for Jonas W.' }));
      await check(world, world.owner, 'a row menu');
      await page.getByRole('menuitem', { name: 'Erase…' }).click();
      const erase = page.getByRole('button', { name: 'Erase this person' });
      if (await erase.isEnabled()) throw new Error('nobody had to say whom');
      await type(page, page.getByLabel('Type Jonas W. to go on'), 'Jonas W.');
      await check(world, world.owner, 'erase');
      await press(page, erase);
      await page.getByText(/The person is erased/).waitFor();
      await page.getByText('Jonas W.').first().waitFor({ state: 'hidden' });
      await check(world, world.owner, 'erased');
      if ((await totals(world)) !== world.told.get('totals')) throw new Error('a total is another one');
    },
  ],
  [
    'usage is imported: looked at, with what is wrong with each row, then brought in',
    async (world) => {
      const { page } = world.owner;
      const before = (world.told.get('usage') ?? '').trim().split('\n');
      const file = path.join(world.output, 'usage.csv');
      const columns = (before[0] ?? '').trim().split(',');
      const row = (at: string, cost: string) =>
        columns.map((name) => ({ at, model: 'elsewhere', costNanoUsd: cost })[name] ?? '').join(',');
      const [good, bad] = [row('2026-01-05T10:00:00Z', '1500000000'), row('yesterday', '7')];
      fs.writeFileSync(file, [...before, good, bad, ''].join('\n'));
      await go(page, 'Settings');
      await page.getByLabel('CSV file').setInputFiles(file);
      await page.getByText(/would come in/).waitFor();
      await page.getByText(/1 row cannot be read/).waitFor();
      const fault = page.getByRole('table', { name: 'Rows that cannot be read' }).getByRole('row');
      const line = (before.length + 2).toString();
      await fault.filter({ hasText: 'at' }).getByText(line, { exact: true }).waitFor();
      await check(world, world.owner, 'import looked at');
      if ((await totals(world)) !== world.told.get('totals')) throw new Error('a look has changed something');
      await press(page, page.getByRole('button', { name: 'Bring 1 row in' }));
      await page
        .getByText(/1 row came in/)
        .first()
        .waitFor();
      await check(world, world.owner, 'imported');
      await page.getByLabel('CSV file').setInputFiles(file);
      await page.getByText(/Nothing new is in this file/).waitFor();
    },
  ],
  [
    'a line of the audit log that was changed by hand is found',
    async (world) => {
      const { page } = world.owner;
      const whole = await verify(world);
      if (whole.code !== 0) throw new Error(whole.said);
      const database = await databaseOf(world);
      const change = "UPDATE audit SET target = 'key somebody-elses' WHERE action = 'key.mint'";
      let refusal = '';
      try {
        database.exec(change);
      } catch (error) {
        refusal = String(error);
      }
      if (!refusal.includes('never changed')) throw new Error(`the database let a line be changed: ${refusal}`);
      database.exec(`DROP TRIGGER audit_is_append_only_u; ${change}`);
      database.close();
      const broken = await verify(world);
      if (broken.code !== 1 || !broken.said.includes('is not what was written')) throw new Error(broken.said);
      await go(page, 'Audit log');
      await press(page, page.getByRole('button', { name: 'Verify the chain now' }));
      await page.getByRole('alert').getByText('The chain breaks.').waitFor();
      await check(world, world.owner, 'audit broken');
    },
  ],
];
