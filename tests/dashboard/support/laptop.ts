// A machine with an assistant's logs on it, and the command line.
import { execFile, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const DAY = 86_400_000;

export class Laptop {
  private readonly binary: string;
  private readonly home: string;
  private readonly env: NodeJS.ProcessEnv;

  constructor(binary: string, root: string) {
    this.binary = binary;
    this.home = path.join(root, 'laptop');
    this.env = {
      PATH: process.env.PATH,
      HOME: this.home,
      TZ: 'UTC',
      TOKEN_TRACKER_DATA_DIR: path.join(this.home, 'data'),
      TOKEN_TRACKER_CACHE_DIR: path.join(this.home, 'cache'),
      TOKEN_TRACKER_TOKEN_FILE: path.join(this.home, 'token'),
    };
    this.writeLogs();
  }

  /** Answers on two of three days of the last year, every one of the last week. */
  private writeLogs(): void {
    const lines = Array.from({ length: 365 }, (_, ago) => ago)
      .filter((ago) => ago < 7 || ago % 3 !== 0)
      .map((ago) => {
        const much = 1 + ((ago * 37) % 11) ** 2;
        return JSON.stringify({
          type: 'assistant',
          timestamp: `${new Date(Date.now() - ago * DAY).toISOString().slice(0, 10)}T00:00:01.000Z`,
          sessionId: 's1',
          cwd: '/work/secret-project',
          gitBranch: 'secret-branch',
          requestId: `r${ago.toString()}`,
          message: {
            id: `m${ago.toString()}`,
            model: ago % 4 === 1 ? 'claude-opus-4-5' : 'claude-sonnet-4-5',
            usage: { input_tokens: 900 * much, output_tokens: 400 * much, cache_read_input_tokens: 21_000 * much },
          },
        });
      });
    const folder = path.join(this.home, '.claude/projects/-work-secret');
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 's1.jsonl'), `${lines.join('\n')}\n`);
  }

  /** What a command says as JSON. */
  async ask<Answer>(...args: string[]): Promise<Answer> {
    const { stdout } = await run(this.binary, [...args, '--json'], { env: this.env });
    return JSON.parse(stdout) as Answer;
  }

  /** Logs in; `confirm` gets the code that a person would read off the screen. */
  async logIn(url: string, confirm: (code: string) => Promise<void>): Promise<void> {
    const args = ['login', '--url', url, '--name', 'thesis-laptop', '--json'];
    const child = spawn(this.binary, args, { env: this.env, stdio: ['ignore', 'ignore', 'pipe'] });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    try {
      for await (const line of createInterface({ input: child.stderr })) {
        const { userCode } = JSON.parse(line) as { userCode: string };
        await confirm(userCode);
        break;
      }
      const code = await ended;
      if (code !== 0) throw new Error(`login ended with ${String(code)}`);
    } finally {
      child.kill();
    }
  }

  get token(): string {
    return fs.readFileSync(this.env.TOKEN_TRACKER_TOKEN_FILE ?? '', 'utf8').trim();
  }
}
