// A real VS Code that is served to a browser, with the packed extension installed by its own command line.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from './deadline.ts';
import { Program } from './process.ts';
import { toolPaths } from './tools.mjs';

const run = promisify(execFile);

export type Folders = { userData: string; extensions: string; workspace: string };

export type Settings = Record<string, unknown>;

export function foldersUnder(root: string): Folders {
  const folders = {
    userData: path.join(root, 'user-data'),
    extensions: path.join(root, 'extensions'),
    workspace: path.join(root, 'workspace'),
  };
  for (const folder of Object.values(folders)) fs.mkdirSync(folder, { recursive: true });
  return folders;
}

export class CodeServer {
  readonly folders: Folders;
  private program: Program | null = null;
  private port = 0;

  constructor(folders: Folders) {
    this.folders = folders;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get url(): string {
    return `${this.origin}/?folder=${encodeURIComponent(this.folders.workspace)}`;
  }

  get log(): string {
    return this.program?.output ?? '';
  }

  /** The person's settings, and those that belong to the machine where the extension runs. */
  writeSettings(user: Settings, machine: Settings): void {
    for (const [level, settings] of Object.entries({ User: user, Machine: machine })) {
      const folder = path.join(this.folders.userData, level);
      fs.mkdirSync(folder, { recursive: true });
      fs.writeFileSync(path.join(folder, 'settings.json'), JSON.stringify(settings, null, 2));
    }
  }

  async install(vsix: string): Promise<void> {
    const { node, codeServer } = toolPaths();
    await run(node, [codeServer, ...this.places(), '--force', '--install-extension', vsix], { env: this.env({}) });
  }

  async start(env: Record<string, string>, port?: number): Promise<void> {
    const { node, codeServer } = toolPaths();
    this.port = port ?? (await freePort());
    const args = [codeServer, ...this.places(), '--auth', 'none', '--bind-addr', `127.0.0.1:${this.port}`];
    const quiet = ['telemetry', 'update-check', 'workspace-trust', 'getting-started-override', 'proxy'];
    args.push(...quiet.map((what) => `--disable-${what}`), '--ignore-last-opened', this.folders.workspace);
    const program = new Program('code-server', node, args, this.env(env));
    this.program = program;
    const healthy = async () => {
      program.assertRuns();
      return (await fetch(`${this.origin}/healthz`)).ok;
    };
    await until('code-server to answer', healthy, 60_000);
  }

  async stop(): Promise<void> {
    await this.program?.stop();
  }

  get exited(): Promise<unknown> {
    return this.program?.exited ?? Promise.resolve();
  }

  private places(): string[] {
    const { userData, extensions } = this.folders;
    const config = path.join(userData, 'code-server.yaml');
    fs.writeFileSync(config, 'auth: none\ncert: false\n');
    return ['--config', config, '--user-data-dir', userData, '--extensions-dir', extensions];
  }

  /** Nothing of the editor or the desktop that the journeys run in may reach the one under test. */
  private env(more: Record<string, string>): NodeJS.ProcessEnv {
    const foreign = /^(VSCODE_|CODE_SERVER|ELECTRON_|TOKEN_TRACKER_|DBUS_|PORT$|PASSWORD$|NODE_OPTIONS$)/;
    const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
    return {
      ...Object.fromEntries(kept),
      XDG_DATA_HOME: path.join(this.folders.userData, 'xdg-data'),
      XDG_CONFIG_HOME: path.join(this.folders.userData, 'xdg-config'),
      ...more,
    };
  }
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
