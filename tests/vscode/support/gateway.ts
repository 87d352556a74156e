// A real gateway with a data directory of its own, and its owner's view of it.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from './deadline.ts';
import { Program } from './process.ts';

const run = promisify(execFile);

type Admin = { gatewayUrl: string; credential: string };
export type MintedKey = { id: string; key: string };
export type UsageRow = { requestId: string; kind: string; model: string; costNanoUsd: string; estimated: boolean };
export type KeySummary = {
  id: string;
  spentNanoUsd: string;
  heldNanoUsd: string;
  availableNanoUsd: string;
  devicesEnrolled: number;
};

export class Gateway {
  readonly dataDir: string;
  readonly binary: string;
  private readonly configFile: string;
  private program: Program | null = null;
  private listen = '127.0.0.1:0';

  constructor(binary: string, root: string, config: string) {
    this.binary = binary;
    this.dataDir = path.join(root, 'gateway');
    this.configFile = path.join(root, 'gateway.toml');
    fs.mkdirSync(root, { recursive: true });
    fs.writeFileSync(this.configFile, config);
  }

  get url(): string {
    return this.admin().gatewayUrl;
  }

  async start(): Promise<void> {
    fs.rmSync(path.join(this.dataDir, 'admin.json'), { force: true });
    const args = ['serve', '--listen', this.listen, '--data-dir', this.dataDir, '--config', this.configFile];
    const program = new Program('the gateway', this.binary, args, process.env);
    this.program = program;
    await until('the gateway to be ready', async () => {
      program.assertRuns();
      return (await fetch(`${this.url}/readyz`)).ok;
    });
    // After a restart the editor looks for it where it was.
    this.listen = new URL(this.url).host;
  }

  async stop(): Promise<void> {
    await this.program?.stop();
  }

  get log(): string {
    return this.program?.output ?? '';
  }

  async mint(credit: string, ...more: string[]): Promise<MintedKey> {
    const args = ['keys', 'mint', '--credit', credit, ...more, '--json', '--data-dir', this.dataDir];
    const { stdout } = await run(this.binary, args);
    const [key] = (JSON.parse(stdout) as { keys: MintedKey[] }).keys;
    if (key === undefined) throw new Error(`no key was minted: ${stdout}`);
    return key;
  }

  async revoke(key: MintedKey): Promise<void> {
    await run(this.binary, ['keys', 'revoke', key.id, '--data-dir', this.dataDir]);
  }

  async key(id: string): Promise<KeySummary> {
    const { keys } = await this.get<{ keys: KeySummary[] }>('/api/v1/keys');
    const found = keys.find((key) => key.id === id);
    if (found === undefined) throw new Error(`the gateway knows no key ${id}`);
    return found;
  }

  async usage(keyId: string): Promise<UsageRow[]> {
    const { rows } = await this.get<{ rows: UsageRow[] }>(`/api/v1/usage?keyId=${keyId}&limit=1000`);
    return rows;
  }

  private async get<Answer>(route: string): Promise<Answer> {
    const { gatewayUrl, credential } = this.admin();
    const response = await fetch(`${gatewayUrl}${route}`, { headers: { authorization: `Bearer ${credential}` } });
    if (!response.ok) throw new Error(`${route}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  private admin(): Admin {
    return JSON.parse(fs.readFileSync(path.join(this.dataDir, 'admin.json'), 'utf8')) as Admin;
  }
}

export function total(amounts: string[]): bigint {
  return amounts.reduce((sum, amount) => sum + BigInt(amount), 0n);
}

export function sum(rows: UsageRow[]): bigint {
  return total(rows.map((row) => row.costNanoUsd));
}
