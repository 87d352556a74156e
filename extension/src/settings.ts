// The user's settings, in the form that the sidecar reads.
import * as vscode from 'vscode';
import { DEFAULT_LISTEN, type Settings } from './generated/protocol';

export const SECTION = 'tokenTracker';

function value<T>(key: string, fallback: T): T {
  return vscode.workspace.getConfiguration(SECTION).get<T>(key) ?? fallback;
}

/** An empty text means that the sidecar decides. */
function text(key: string): string | null {
  return value(key, '').trim() || null;
}

function editorProxy(): string | null {
  const proxy = vscode.workspace.getConfiguration('http').get<string>('proxy') ?? '';
  return proxy.trim() === '' ? null : proxy.trim();
}

export function gatewayUrl(): string {
  return text('gatewayUrl') ?? `http://${DEFAULT_LISTEN}`;
}

export function sidecarPath(): string {
  return text('sidecar.path') ?? '';
}

export function completionsEnabled(): boolean {
  return value('completion.enabled', true);
}

export function chatModel(): string | null {
  return text('chat.model');
}

export function completionModel(): string | null {
  return text('completion.model');
}

/** Machine-wide, since the settings of this extension that cost money or name places are. */
export async function update(key: string, newValue: unknown): Promise<void> {
  await vscode.workspace.getConfiguration(SECTION).update(key, newValue, vscode.ConfigurationTarget.Global);
}

export function forSidecar(): Settings {
  return {
    gatewayUrl: gatewayUrl(),
    completion: {
      enabled: completionsEnabled(),
      languages: value<Record<string, boolean>>('completion.languages', { '*': true }),
      model: completionModel(),
      debounceMs: value<number | null>('completion.debounceMs', null),
      exclude: value<string[]>('completion.exclude', []),
    },
    chat: { model: chatModel(), historyDays: value('chat.historyDays', 30) },
    caFile: text('caFile'),
    proxy: text('proxy') ?? editorProxy(),
  };
}
