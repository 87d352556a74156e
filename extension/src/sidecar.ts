// The sidecar's process: found, started, and started again with growing rests when it ends by itself.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import * as vscode from 'vscode';
import { CloseAction, ErrorAction, LanguageClient, RevealOutputChannelOn } from 'vscode-languageclient/node';
import { Backoff } from './backoff';
import { completionMiddleware, type SuggestionLog } from './completion-provider';
import { PROTOCOL_VERSION, type InitializationOptions } from './generated/protocol';
import { TroubleError, troubleOf } from './problem';
import type { Trouble } from './session';
import * as settings from './settings';
import { findSidecar } from './sidecar-binary';

/** What the rest of the extension wants to know of the process. */
export type SidecarEvents = {
  starting: () => void;
  /** Registers handlers; called before the process can say anything. */
  prepare: (client: LanguageClient) => void;
  running: (client: LanguageClient) => void;
  lost: (trouble: Trouble) => void;
};

const LEAVE_MS_MAX = 2_000;

/** The process is told to leave by its protocol; one that does not is made to. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const insist = setTimeout(() => child.kill('SIGKILL'), LEAVE_MS_MAX);
  await once(child, 'exit');
  clearTimeout(insist);
}

/** The library opens a message box for what the status bar says already. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }
}

export class Sidecar implements vscode.Disposable {
  private client: LanguageClient | null = null;
  private process: ChildProcess | null = null;
  private isRunning = false;
  private restartTimer: NodeJS.Timeout | undefined;
  private startedAt = 0;
  private ended = false;
  private readonly backoff = new Backoff();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
    private readonly suggestions: SuggestionLog,
    private readonly events: SidecarEvents,
  ) {}

  /** The client that answers now; null between two runs. */
  get current(): LanguageClient | null {
    return this.isRunning ? this.client : null;
  }

  async start(): Promise<void> {
    clearTimeout(this.restartTimer);
    if (this.ended) return;
    this.startedAt = Date.now();
    this.events.starting();
    const client = this.newClient();
    this.client = client;
    this.events.prepare(client);
    try {
      await client.start();
    } catch (error) {
      if (this.client === client) this.lost(troubleOf(error));
      return;
    }
    if (this.client !== client || !client.isRunning()) return;
    this.isRunning = true;
    this.events.running(client);
  }

  /** A new program or a new wish of the user: no rest. */
  async restart(): Promise<void> {
    this.backoff.reset();
    await this.stop();
    await this.start();
  }

  settingsChanged(): void {
    void this.current?.sendNotification('workspace/didChangeConfiguration', {
      settings: { [settings.SECTION]: settings.forSidecar() },
    });
  }

  private async stop(): Promise<void> {
    clearTimeout(this.restartTimer);
    const client = this.client;
    this.client = null;
    this.isRunning = false;
    if (client?.needsStop()) await client.stop();
    if (this.process !== null) await ended(this.process);
  }

  private lost(trouble: Trouble): void {
    this.isRunning = false;
    // One that runs but does not answer would live on beside its successor.
    this.process?.kill('SIGKILL');
    if (this.ended) return;
    const restMs = this.backoff.next(Date.now() - this.startedAt);
    this.log.warn(`The sidecar is not running: ${trouble.message} It is started again in ${restMs / 1_000} s.`);
    this.events.lost(trouble);
    this.restartTimer = setTimeout(() => void this.start(), restMs);
  }

  private newClient(): LanguageClient {
    const initializationOptions: InitializationOptions = {
      protocolVersion: PROTOCOL_VERSION,
      secretStorage: true,
      clientName: vscode.env.appName,
      clientVersion: vscode.version,
    };
    const client: LanguageClient = new QuietClient('tokenTracker', 'Token Tracker', () => this.spawn(), {
      // Chat inputs and diffs are documents too; their text is not for completion.
      documentSelector: [{ scheme: 'file' }, { scheme: 'untitled' }],
      initializationOptions,
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      middleware: {
        provideInlineCompletionItems: completionMiddleware(() => client, this.suggestions, this.log),
        workspace: {
          configuration: ({ items }) =>
            items.map(({ section }) => (section === settings.SECTION ? settings.forSidecar() : null)),
        },
      },
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          if (this.client === client && this.isRunning) {
            this.lost({
              message: 'The sidecar ended unexpectedly.',
              hint: 'It is started again by itself; the log says more.',
            });
          }
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    });
    return client;
  }

  private async spawn(): Promise<ChildProcess> {
    const program = findSidecar({
      setting: settings.sidecarPath(),
      extensionPath: this.context.extensionPath,
      searchPath: process.env['PATH'] ?? '',
    });
    if (typeof program !== 'string') throw new TroubleError(program);
    // Its log goes to our channel, where `Show Log` finds it, unless the person wants it elsewhere.
    const env = { TOKEN_TRACKER_LOG: 'info,stderr', ...process.env };
    const child = spawn(program, ['--stdio'], { stdio: 'pipe', env });
    await once(child, 'spawn');
    this.process = child;
    child.on('error', (error) => this.log.error(`The sidecar's process: ${error.message}`));
    return child;
  }

  dispose(): void {
    this.ended = true;
    void this.stop();
  }

  /** Waits for the process to leave in good order. */
  async end(): Promise<void> {
    this.ended = true;
    await this.stop();
  }
}
