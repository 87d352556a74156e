// The chat panel's host: what the view asks for goes to the sidecar, what comes back goes to the view.
import * as vscode from 'vscode';
import type { SidecarClient } from '../client';
import type { ChatDelta, Model, Receipt } from '../generated/protocol';
import { priceText } from '../model-choice';
import { isCancellation, troubleOf } from '../problem';
import { isSignedIn, type Session } from '../session';
import * as settings from '../settings';
import { webviewPage } from '../webview-page';
import { editorContext, insertAtCursor } from './editor-context';
import type { FromView, ToView, ViewState } from './messages';
import { Transcript } from './transcript';

const VIEW_ID = 'tokenTracker.chat';

export class ChatView implements vscode.WebviewViewProvider, vscode.Disposable {
  private view: vscode.WebviewView | null = null;
  private readonly transcript = new Transcript();
  private running: vscode.CancellationTokenSource | null = null;
  private models: Model[] = [];
  private readonly listeners: { dispose: () => void }[];

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly client: SidecarClient,
    private session: Session,
  ) {
    this.listeners = [
      vscode.window.registerWebviewViewProvider(VIEW_ID, this),
      vscode.window.onDidChangeActiveTextEditor(() => this.showState()),
      vscode.window.onDidChangeTextEditorSelection(() => this.showState()),
      client.onChatDelta((delta) => this.delta(delta)),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    view.webview.options = {
      enableScripts: true,
      localResourceRoots: [vscode.Uri.joinPath(this.extensionUri, 'out')],
    };
    view.webview.onDidReceiveMessage((message: FromView) => void this.received(message));
    view.onDidDispose(() => (this.view = null));
    view.webview.html = webviewPage(view.webview, this.extensionUri, {
      name: 'chat',
      title: 'Token Tracker chat',
    });
  }

  async open(): Promise<void> {
    await vscode.commands.executeCommand(`${VIEW_ID}.focus`);
    this.post({ type: 'focus' });
  }

  async startNew(): Promise<void> {
    this.stop();
    this.transcript.clear();
    this.showTurns();
    await this.open();
  }

  async showHistory(): Promise<void> {
    await vscode.commands.executeCommand(`${VIEW_ID}.focus`);
    const { conversations } = await this.client.conversations();
    this.post({ type: 'history', conversations });
  }

  draw(session: Session): void {
    const phaseBefore = this.session.phase;
    this.session = session;
    if (!isSignedIn(session)) this.models = [];
    else if (session.phase !== phaseBefore && this.models.length === 0) void this.readModels();
    this.showState();
  }

  /** Receipts of answers that were stopped or broken; a whole answer brings its own. */
  receipt(receipt: Receipt): void {
    if (receipt.kind === 'chat' && this.transcript.charged(receipt)) this.showAnswer();
  }

  private async readModels(): Promise<void> {
    try {
      this.models = (await this.client.models()).models.filter(({ capabilities }) => capabilities.includes('chat'));
    } catch {
      // The status tells the reason; without a list the sidecar's own choice answers.
      this.models = [];
    }
    this.showState();
  }

  private async received(message: FromView): Promise<void> {
    try {
      await this.handle(message);
    } catch (error) {
      const { message: what, hint } = troubleOf(error);
      void vscode.window.showErrorMessage(`${what} ${hint}`);
    }
  }

  private async handle(message: FromView): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.showState();
        this.showTurns();
        return;
      case 'send':
        return this.ask(message);
      case 'stop':
        this.stop();
        return;
      case 'newChat':
        return this.startNew();
      case 'showHistory':
        return this.showHistory();
      case 'openConversation':
        return this.openConversation(message.conversationId);
      case 'deleteConversation':
        return this.deleteConversations({ conversationId: message.conversationId });
      case 'deleteAll':
        return this.deleteConversations({ all: true });
      case 'chooseModel':
        return settings.update('chat.model', message.model);
      case 'copy':
        await vscode.env.clipboard.writeText(message.text);
        return;
      case 'insert':
        return insertAtCursor(message.text);
      case 'redeem':
        await vscode.commands.executeCommand('tokenTracker.redeem');
        return;
    }
  }

  private async ask({ message, model, withContext }: Extract<FromView, { type: 'send' }>): Promise<void> {
    if (this.transcript.isStreaming) return;
    const about = withContext ? editorContext() : null;
    const running = new vscode.CancellationTokenSource();
    this.running = running;
    this.transcript.ask(message, about?.label ?? null, Date.now());
    this.showTurns();
    try {
      const result = await this.client.chat(
        {
          conversationId: this.transcript.conversationId ?? undefined,
          model: model ?? settings.chatModel() ?? undefined,
          message,
          context: about === null ? undefined : [about.context],
        },
        running.token,
      );
      if (this.running === running) this.transcript.answered(result, Date.now());
    } catch (error) {
      // Another question may have taken the place of this one since.
      if (this.running === running && !isCancellation(error)) this.transcript.failed(troubleOf(error), Date.now());
    }
    if (this.running === running) this.running = null;
    running.dispose();
    this.showAnswer();
  }

  /** The answer ends at once on the screen; what it cost follows with its receipt. */
  private stop(): void {
    if (!this.transcript.isStreaming) return;
    this.transcript.stopped(Date.now());
    this.running?.cancel();
    this.showAnswer();
  }

  private async openConversation(conversationId: string): Promise<void> {
    this.stop();
    const { messages } = await this.client.conversation({ conversationId });
    this.transcript.load(conversationId, messages);
    this.showTurns();
  }

  private async deleteConversations(which: { conversationId: string } | { all: true }): Promise<void> {
    await this.client.deleteConversation(which);
    if ('all' in which || which.conversationId === this.transcript.conversationId) {
      this.stop();
      this.transcript.clear();
      this.showTurns();
    }
    await this.showHistory();
  }

  private delta(delta: ChatDelta): void {
    if (this.transcript.delta(delta)) this.post({ type: 'delta', text: delta.text });
  }

  private showTurns(): void {
    this.post({ type: 'turns', turns: this.transcript.turns });
  }

  private showAnswer(): void {
    const { answer } = this.transcript;
    if (answer !== null) this.post({ type: 'answer', answer });
  }

  private showState(): void {
    const { phase, balance, trouble } = this.session;
    const state: ViewState = {
      phase,
      signedIn: isSignedIn(this.session),
      balance: balance?.display ?? null,
      trouble,
      models: this.models.map((model) => ({ id: model.id, price: priceText(model) })),
      model: settings.chatModel() ?? this.models[0]?.id ?? null,
      context: editorContext()?.label ?? null,
    };
    this.post({ type: 'state', state });
  }

  private post(message: ToView): void {
    void this.view?.webview.postMessage(message);
  }

  dispose(): void {
    this.running?.cancel();
    for (const listener of this.listeners) listener.dispose();
  }
}
