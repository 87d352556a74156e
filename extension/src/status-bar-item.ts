// Puts what `status-bar.ts` draws on the screen.
import * as vscode from 'vscode';
import type { Session } from './session';
import { drawn } from './status-bar';

const BACKGROUNDS = { warning: 'statusBarItem.warningBackground', error: 'statusBarItem.errorBackground' };

export class StatusBarItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('balance', vscode.StatusBarAlignment.Right, 100);

  constructor() {
    this.item.name = 'Token Tracker';
    this.item.command = 'tokenTracker.menu';
    this.item.show();
  }

  draw(session: Session): void {
    const { text, label, tooltip, background } = drawn(session);
    this.item.text = text;
    this.item.accessibilityInformation = { label, role: 'button' };
    this.item.tooltip = new vscode.MarkdownString(tooltip);
    this.item.backgroundColor = background === null ? undefined : new vscode.ThemeColor(BACKGROUNDS[background]);
    this.item.command =
      session.phase === 'signedOut' || session.phase === 'revoked' ? 'tokenTracker.redeem' : 'tokenTracker.menu';
  }

  dispose(): void {
    this.item.dispose();
  }
}
