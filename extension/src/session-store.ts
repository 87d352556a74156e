// Holds the session and tells everyone who draws it.
import * as vscode from 'vscode';
import type { EditorAccount, Receipt, Status } from './generated/protocol';
import * as session from './session';
import type { Session, Trouble } from './session';

/** How long the last charge stands beside the balance. */
const CHARGE_SHOWN_MS = 4_000;

export class SessionStore implements vscode.Disposable {
  private current = session.firstSession;
  private chargeTimer: NodeJS.Timeout | undefined;
  private readonly changed = new vscode.EventEmitter<Session>();
  readonly onDidChange = this.changed.event;

  get value(): Session {
    return this.current;
  }

  private set(next: Session): void {
    this.current = next;
    this.changed.fire(next);
  }

  status(status: Status): void {
    this.set(session.withStatus(this.current, status, new Date()));
  }

  account(account: EditorAccount | null): void {
    this.set(session.withAccount(this.current, account, new Date()));
  }

  receipt(receipt: Receipt): void {
    this.set(session.withReceipt(this.current, receipt, new Date()));
    clearTimeout(this.chargeTimer);
    this.chargeTimer = setTimeout(() => this.set({ ...this.current, lastCharge: null }), CHARGE_SHOWN_MS);
  }

  starting(): void {
    this.set({ ...this.current, phase: 'starting', trouble: null });
  }

  stopped(trouble: Trouble): void {
    this.set({ ...this.current, phase: 'stopped', trouble });
  }

  completions(enabled: boolean): void {
    this.set({ ...this.current, completionsEnabled: enabled });
  }

  dispose(): void {
    clearTimeout(this.chargeTimer);
    this.changed.dispose();
  }
}
