// `token-tracker usage view`: the graphs of this machine, for whoever has the link first.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import type { Step } from '../support/suite.ts';
import { check } from '../support/world.ts';

/** A home in which one assistant was at work this year. */
function home(folder: string): string {
  const sessions = path.join(folder, '.claude/projects/-work-engine');
  fs.mkdirSync(sessions, { recursive: true });
  const days = Array.from({ length: 40 }, (_, back) => new Date(Date.now() - back * 3 * 86_400_000));
  const lines = days.map((at, number) =>
    JSON.stringify({
      type: 'assistant',
      sessionId: 's1',
      requestId: `r${number.toString()}`,
      timestamp: at.toISOString(),
      cwd: '/work/engine',
      gitBranch: 'main',
      message: {
        id: `m${number.toString()}`,
        model: 'claude-sonnet-4-5',
        usage: { input_tokens: 1000, output_tokens: 1000 * ((number % 7) + 1) },
      },
    }),
  );
  fs.writeFileSync(path.join(sessions, 's1.jsonl'), `${lines.join('\n')}\n`);
  return folder;
}

interface View {
  url: string;
  end: () => void;
  ended: Promise<number | null>;
}

async function view(binary: string): Promise<View> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'token-tracker-view-'));
  const child = spawn(
    binary,
    ['usage', 'view', '--json', '--timezone', 'UTC', '--home', home(path.join(folder, 'home'))],
    { env: { PATH: process.env.PATH ?? '', HOME: folder }, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const said = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await said.next();
  assert.ok(first.done !== true, 'usage view says where its page is');
  const { url } = JSON.parse(first.value) as { url: string };
  const end = () => {
    child.kill();
    fs.rmSync(folder, { recursive: true, force: true });
  };
  return { url, end, ended };
}

export const privatePage = (binary: string): Step[] => [
  [
    'the graphs of this machine are for whoever has the link first, light and dark',
    async (world) => {
      const { url, end, ended } = await view(binary);
      try {
        assert.equal(new URL(url).hostname, '127.0.0.1');
        const asked: string[] = [];
        for (const { page } of [world.owner, world.member]) page.on('request', (request) => asked.push(request.url()));

        const { page } = world.owner;
        await page.goto(url);
        await page.getByRole('figure', { name: /./ }).waitFor();
        assert.equal(new URL(page.url()).hash, '', 'the token does not stay in the address');
        await check(world, world.owner, 'private page, squares');
        await page.getByLabel('Form').selectOption('Towers');
        await page.getByLabel('Paper').selectOption('Dark');
        await page.locator('html[data-theme="dark"]').waitFor();
        await check(world, world.owner, 'private page, towers, dark');
        await page.getByLabel('Form').selectOption('The year');
        await page.getByLabel('Measured by').waitFor({ state: 'hidden' });
        await check(world, world.owner, 'private page, the year');
        await page.reload();
        await page.getByRole('figure', { name: /./ }).waitFor();

        // Somebody else who comes by the same link, on a narrow and dark screen.
        await world.member.page.goto(url);
        await world.member.page.getByText('This link has been used already.').waitFor();
        await check(world, world.member, 'private page, refused');

        const token = new URL(url).hash.slice(1);
        assert.ok(token.length >= 32 && asked.length > 0);
        for (const address of asked) {
          assert.equal(new URL(address).origin, new URL(url).origin, address);
          // What stands after # is not sent; a browser may name it all the same.
          assert.ok(!address.replace(/#.*/, '').includes(token), 'the token is in no address that is asked for');
        }
      } finally {
        end();
        await ended;
      }
    },
  ],
];
