// The usage page's host: what this editor used, from the sidecar's own log.
import * as vscode from 'vscode';
import type { SidecarClient } from '../client';
import { troubleOf } from '../problem';
import { webviewPage } from '../webview-page';
import { lineOf, ordered, questionOf } from './line';
import type { FromUsage, Selection, ToUsage } from './messages';

/** Receipts of a burst of completions are drawn together. */
const GATHER_MS = 500;

export class UsageView implements vscode.Disposable {
  private panel: vscode.WebviewPanel | null = null;
  private selection: Selection = { groupBy: 'day', span: 30 };
  private drawing: NodeJS.Timeout | undefined;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly client: SidecarClient,
  ) {}

  open(): void {
    if (this.panel !== null) {
      this.panel.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      'tokenTracker.usage',
      'Token Tracker Usage',
      vscode.ViewColumn.Active,
      { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(this.extensionUri, 'out')] },
    );
    panel.iconPath = vscode.Uri.joinPath(this.extensionUri, 'media', 'icon.png');
    panel.webview.onDidReceiveMessage((message: FromUsage) => {
      if (message.type === 'select') this.selection = { groupBy: message.groupBy, span: message.span };
      void this.show();
    });
    panel.onDidDispose(() => (this.panel = null));
    panel.webview.html = webviewPage(panel.webview, this.extensionUri, {
      name: 'usage',
      title: 'Token Tracker usage',
    });
    this.panel = panel;
  }

  /** There is a receipt more. */
  changed(): void {
    if (this.panel === null || this.drawing !== undefined) return;
    this.drawing = setTimeout(() => {
      this.drawing = undefined;
      void this.show();
    }, GATHER_MS);
  }

  private async show(): Promise<void> {
    const asked = this.selection;
    const message = await this.answer(asked);
    // Somebody may have chosen something else meanwhile.
    if (asked === this.selection) void this.panel?.webview.postMessage(message);
  }

  private async answer({ groupBy, span }: Selection): Promise<ToUsage> {
    try {
      const { rows, totals } = await this.client.usage(questionOf({ groupBy, span }, new Date()));
      const lines = ordered(rows, groupBy).map((row) => lineOf(row, groupBy));
      return { type: 'usage', groupBy, span, rows: lines, totals: lineOf(totals, groupBy) };
    } catch (error) {
      return { type: 'trouble', trouble: troubleOf(error) };
    }
  }

  dispose(): void {
    clearTimeout(this.drawing);
    this.panel?.dispose();
  }
}
