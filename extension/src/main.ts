// Puts the parts together and takes them down again.
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { ChatView } from './chat/chat-view';
import { SidecarClient } from './client';
import { registerCommands } from './commands';
import { SuggestionLog } from './completion-provider';
import { method, type ChatDelta, type Receipt, type SecretParams, type Status } from './generated/protocol';
import { Redeem } from './redeem';
import { answerSecret } from './secret-storage';
import { isSignedIn } from './session';
import { SessionStore } from './session-store';
import * as settings from './settings';
import { Sidecar } from './sidecar';
import { StatusBarItem } from './status-bar-item';
import { UsageView } from './usage/usage-view';

let sidecar: Sidecar | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Token Tracker', { log: true });
  const store = new SessionStore();
  const client = new SidecarClient(() => sidecar?.current ?? null);
  const suggestions = new SuggestionLog((event) => client.completionEvent(event));
  const chat = new ChatView(context.extensionUri, client, store.value);
  const usage = new UsageView(context.extensionUri, client);
  const redeem = new Redeem(client, (account) => store.account(account));
  const item = new StatusBarItem();

  const listen = (running: LanguageClient) => {
    running.onNotification(method.status, (status: Status) => {
      store.status(status);
      if (isSignedIn(store.value) && store.value.account === null) void readAccount(client, store, log);
    });
    running.onNotification(method.receipt, (receipt: Receipt) => {
      store.receipt(receipt);
      chat.receipt(receipt);
      usage.changed();
    });
    running.onNotification(method.chatDelta, (delta: ChatDelta) => client.chatDelta(delta));
    running.onRequest(method.secret, (params: SecretParams) => answerSecret(context.secrets, params));
  };
  sidecar = new Sidecar(context, log, suggestions, {
    starting: () => store.starting(),
    prepare: listen,
    running: () => void readAccount(client, store, log),
    lost: (trouble) => store.stopped(trouble),
  });

  store.completions(settings.completionsEnabled());
  store.onDidChange((session) => {
    item.draw(session);
    chat.draw(session);
    void vscode.commands.executeCommand('setContext', 'tokenTracker.signedIn', isSignedIn(session));
  });
  item.draw(store.value);
  context.subscriptions.push(
    log,
    store,
    suggestions,
    chat,
    usage,
    item,
    sidecar,
    vscode.window.registerUriHandler(redeem),
    vscode.workspace.onDidChangeConfiguration((change) => configurationChanged(change, store)),
    ...registerCommands({ client, store, redeem, chat, usage, suggestions, log }),
  );
  void sidecar.start();
}

export async function deactivate(): Promise<void> {
  await sidecar?.end();
}

function configurationChanged(change: vscode.ConfigurationChangeEvent, store: SessionStore): void {
  if (!change.affectsConfiguration(settings.SECTION) && !change.affectsConfiguration('http.proxy')) return;
  store.completions(settings.completionsEnabled());
  if (change.affectsConfiguration(`${settings.SECTION}.sidecar.path`)) void sidecar?.restart();
  else sidecar?.settingsChanged();
}

/** The status carries the balance, but not the device's name or the gateway. */
async function readAccount(client: SidecarClient, store: SessionStore, log: vscode.LogOutputChannel): Promise<void> {
  try {
    store.account((await client.account()).account);
  } catch (error) {
    log.warn(`The account could not be read: ${String(error)}`);
  }
}
