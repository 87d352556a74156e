// The commands of the palette and of the menu.
import * as vscode from 'vscode';
import { ACCEPTED_COMMAND, type SuggestionLog } from './completion-provider';
import type { ChatView } from './chat/chat-view';
import type { SidecarClient } from './client';
import { balanceText, chargeText } from './figures';
import type { Balance } from './generated/protocol';
import { menu, type MenuEntry } from './menu';
import { priceText } from './model-choice';
import { troubleOf } from './problem';
import type { Redeem } from './redeem';
import type { SessionStore } from './session-store';
import * as settings from './settings';
import type { UsageView } from './usage/usage-view';

export type Parts = {
  client: SidecarClient;
  store: SessionStore;
  redeem: Redeem;
  chat: ChatView;
  usage: UsageView;
  suggestions: SuggestionLog;
  log: vscode.LogOutputChannel;
};

export function registerCommands(parts: Parts): vscode.Disposable[] {
  const { client, store, redeem, chat, usage, suggestions, log } = parts;
  const handlers: Record<string, (...args: never[]) => unknown> = {
    'tokenTracker.redeem': () => redeem.ask(),
    'tokenTracker.signOut': () => signOut(client, store),
    'tokenTracker.showBalance': () => showBalance(client),
    'tokenTracker.showUsage': () => usage.open(),
    'tokenTracker.openChat': () => chat.open(),
    'tokenTracker.toggleCompletions': () => toggleCompletions(),
    'tokenTracker.showLog': () => log.show(),
    'tokenTracker.menu': () => openMenu(store),
    'tokenTracker.chooseCompletionModel': () => chooseCompletionModel(client),
    'tokenTracker.openDashboard': () => openDashboard(store),
    'tokenTracker.chat.new': () => chat.startNew(),
    'tokenTracker.chat.history': () => chat.showHistory(),
    [ACCEPTED_COMMAND]: (itemId: string) => {
      suggestions.accepted(itemId);
      void vscode.commands.executeCommand('setContext', 'tokenTracker.completionAccepted', true);
    },
  };
  return Object.entries(handlers).map(([name, handler]) =>
    vscode.commands.registerCommand(name, async (...args: never[]) => {
      try {
        await handler(...args);
      } catch (error) {
        const { message, hint } = troubleOf(error);
        void vscode.window.showErrorMessage(`${message} ${hint}`);
      }
    }),
  );
}

async function signOut(client: SidecarClient, store: SessionStore): Promise<void> {
  await client.signOut();
  store.account(null);
  void vscode.window.showInformationMessage('Signed out. What is left stays on the token key.');
}

async function showBalance(client: SidecarClient): Promise<void> {
  const { balance } = await client.balance({ refresh: true });
  void vscode.window.showInformationMessage(balanceSentence(balance));
}

function balanceSentence(balance: Balance): string {
  const held = BigInt(balance.heldNanoUsd) > 0n ? `, ${chargeText(balance.heldNanoUsd)} held` : '';
  const spent = chargeText(balance.spentNanoUsd);
  return `${balance.display} left${held}, ${spent} spent of ${balanceText(balance.grantedNanoUsd)}.`;
}

async function toggleCompletions(): Promise<void> {
  const enabled = !settings.completionsEnabled();
  await settings.update('completion.enabled', enabled);
  vscode.window.setStatusBarMessage(`Token Tracker: completions ${enabled ? 'on' : 'off'}`, 3_000);
}

async function openDashboard(store: SessionStore): Promise<void> {
  const url = store.value.account?.gatewayUrl;
  if (url !== undefined) await vscode.env.openExternal(vscode.Uri.parse(url));
}

async function chooseCompletionModel(client: SidecarClient): Promise<void> {
  const { models } = await client.models();
  const chosen = settings.completionModel();
  const items = models
    .filter((model) => model.capabilities.includes('completion'))
    .map((model) => ({
      label: model.id,
      description: priceText(model),
      iconPath: new vscode.ThemeIcon(model.id === chosen ? 'check' : 'blank'),
    }));
  const picked = await vscode.window.showQuickPick(items, { title: 'Pick a model for completions' });
  if (picked !== undefined) await settings.update('completion.model', picked.label);
}

type MenuItem = vscode.QuickPickItem & { command: string | null };

async function openMenu(store: SessionStore): Promise<void> {
  const picked = await vscode.window.showQuickPick(menu(store.value).map(menuItem), {
    title: store.value.balance === null ? 'Token Tracker' : balanceSentence(store.value.balance),
    placeHolder: 'Token Tracker',
  });
  if (picked?.command) await vscode.commands.executeCommand(picked.command);
}

function menuItem(entry: MenuEntry): MenuItem {
  if ('separator' in entry) {
    return { label: entry.separator, kind: vscode.QuickPickItemKind.Separator, command: null };
  }
  return entry;
}
