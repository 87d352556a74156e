// Redeem: ask for the key, and for the gateway where the key does not name it.
import * as vscode from 'vscode';
import type { SidecarClient } from './client';
import type { EditorAccount } from './generated/protocol';
import { troubleOf } from './problem';
import type { Trouble } from './session';
import * as settings from './settings';
import { gatewayUrlFault, normalizedKey, parseRedeemInput, redeemInputFault } from './token-key';

type Redeemed = (account: EditorAccount) => void;

export class Redeem implements vscode.UriHandler {
  constructor(
    private readonly client: SidecarClient,
    private readonly done: Redeemed,
  ) {}

  async ask(): Promise<void> {
    const typed = await vscode.window.showInputBox({
      title: 'Redeem Token Key',
      prompt: 'Paste the token key, or the link that you were given.',
      placeHolder: 'TTK-00000-00000-00000-00000-00000',
      password: true,
      ignoreFocusOut: true,
      validateInput: redeemInputFault,
    });
    const input = typed === undefined ? null : parseRedeemInput(typed);
    if (input === null) return;
    const gatewayUrl = input.kind === 'link' ? input.gatewayUrl : await this.askGateway();
    if (gatewayUrl !== undefined) await this.redeem(gatewayUrl, input.key);
  }

  private async askGateway(): Promise<string | undefined> {
    const typed = await vscode.window.showInputBox({
      title: 'Redeem Token Key',
      prompt: 'Address of the gateway that the key belongs to',
      value: settings.gatewayUrl(),
      ignoreFocusOut: true,
      validateInput: gatewayUrlFault,
    });
    return typed?.trim();
  }

  /** `vscode://token-tracker.token-tracker/redeem?gateway=https://HOST#TTK-…`, from a page or a mail. */
  async handleUri(uri: vscode.Uri): Promise<void> {
    if (uri.path !== '/redeem') return;
    const key = normalizedKey(uri.fragment);
    const gatewayUrl = new URLSearchParams(uri.query).get('gateway') ?? settings.gatewayUrl();
    const fault = gatewayUrlFault(gatewayUrl);
    if (key === null || fault !== null) {
      await vscode.window.showErrorMessage(fault ?? 'This link carries no token key.');
      return;
    }
    if (await confirmed(gatewayUrl)) await this.redeem(gatewayUrl, key);
  }

  private async redeem(gatewayUrl: string, key: string): Promise<void> {
    const host = new URL(gatewayUrl).host;
    const trouble = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: `Redeeming the key at ${host}` },
      () => this.attempt(gatewayUrl, key),
    );
    if (trouble !== null) await this.refused(trouble);
  }

  private async attempt(gatewayUrl: string, key: string): Promise<Trouble | null> {
    try {
      const { account } = await this.client.redeem({ gatewayUrl, key });
      this.done(account);
      void this.welcome(account);
      return null;
    } catch (error) {
      return troubleOf(error);
    }
  }

  private async welcome(account: EditorAccount): Promise<void> {
    const openChat = 'Open Chat';
    const text = `Signed in to ${new URL(account.gatewayUrl).host}: ${account.balance.display} left. Type code, or ask.`;
    if ((await vscode.window.showInformationMessage(text, openChat)) === openChat) {
      await vscode.commands.executeCommand('tokenTracker.openChat');
    }
  }

  private async refused(trouble: Trouble): Promise<void> {
    const again = 'Try Again';
    const choice = await vscode.window.showErrorMessage(`${trouble.message} ${trouble.hint}`, again);
    if (choice === again) await this.ask();
  }
}

/** A link may come from anybody, and whoever owns the gateway reads what is sent through it. */
async function confirmed(gatewayUrl: string): Promise<boolean> {
  const redeem = 'Redeem';
  const choice = await vscode.window.showWarningMessage(
    `Redeem a token key at ${new URL(gatewayUrl).host}?`,
    { modal: true, detail: 'Code and questions will go through this gateway. Go on only if you know whose it is.' },
    redeem,
  );
  return choice === redeem;
}
