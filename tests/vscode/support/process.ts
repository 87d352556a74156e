// A program that a journey starts: its output is kept, and it never outlives the journey.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

const GRACE_MS = 4_000;

/** However this process ends, what it started ends with it. */
const running = new Set<Program>();
process.on('exit', () => {
  for (const program of running) program.kill();
});

export class Program {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown>;
  private readonly name: string;
  private readonly lines: string[] = [];

  constructor(name: string, file: string, args: string[], env: NodeJS.ProcessEnv) {
    this.name = name;
    // A group of its own, since a server may have children that must go with it.
    this.child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.exited = once(this.child, 'exit').catch((error: unknown) => this.lines.push(String(error)));
    running.add(this);
    void this.exited.then(() => running.delete(this));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => this.lines.push(text));
    }
  }

  get output(): string {
    return this.lines.join('');
  }

  /** Throws when the program has ended, with what it said. */
  assertRuns(): void {
    if (this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null) return;
    throw new Error(
      `${this.name} ended with ${this.child.exitCode ?? this.child.signalCode}:\n${this.output.slice(-2_000)}`,
    );
  }

  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const grace = new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref());
    await Promise.race([this.exited, grace]);
    this.kill();
  }

  kill(): void {
    this.signal('SIGKILL');
  }

  private signal(signal: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}
