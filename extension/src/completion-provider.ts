// Inline completions: the editor's request goes to the sidecar with its cancellation, the answer comes back.
import * as vscode from 'vscode';
import type { LanguageClient, Middleware } from 'vscode-languageclient/node';
import type { CompletionEvent, InlineCompletionItem, InlineCompletionList } from './generated/protocol';
import { isCancellation } from './problem';
import { afterEdit, type Suggestion } from './suggestion';

/** Runs when the editor took a suggestion. */
export const ACCEPTED_COMMAND = 'tokenTracker.suggestion.accepted';

type Provide = NonNullable<Middleware['provideInlineCompletionItems']>;

/**
 * The library would open a message box for a failed request, in the middle of typing. Here a failure is
 * an empty answer and a line in the log; the sidecar tells the reason through its status.
 */
export function completionMiddleware(
  client: () => Pick<LanguageClient, 'sendRequest' | 'code2ProtocolConverter'>,
  suggestions: SuggestionLog,
  log: vscode.LogOutputChannel,
): Provide {
  return async (document, position, context, token) => {
    const params = client().code2ProtocolConverter.asInlineCompletionParams(document, position, context);
    try {
      const answer = await client().sendRequest<InlineCompletionList | null>(
        'textDocument/inlineCompletion',
        params,
        token,
      );
      if (token.isCancellationRequested || answer === null) return null;
      suggestions.offered(document, position, answer.items);
      return answer.items.map(editorItem);
    } catch (error) {
      if (!isCancellation(error)) log.warn(`A completion failed: ${String(error)}`);
      return null;
    }
  };
}

function editorItem(item: InlineCompletionItem): vscode.InlineCompletionItem {
  return new vscode.InlineCompletionItem(item.insertText, editorRange(item), {
    title: item.command.title,
    command: ACCEPTED_COMMAND,
    arguments: [item.id],
  });
}

function editorRange({ range }: InlineCompletionItem): vscode.Range {
  return new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
}

/** Follows the suggestion that stands in the editor and tells the sidecar what became of it. */
export class SuggestionLog implements vscode.Disposable {
  private standing: Suggestion | null = null;
  private readonly listener: vscode.Disposable;

  constructor(private readonly tell: (event: CompletionEvent) => void) {
    this.listener = vscode.workspace.onDidChangeTextDocument((event) => this.edited(event));
  }

  offered(document: vscode.TextDocument, position: vscode.Position, items: InlineCompletionItem[]): void {
    const item = items[0];
    if (item === undefined) return;
    const typed = document.getText(new vscode.Range(editorRange(item).start, position));
    if (!item.insertText.startsWith(typed)) return;
    const isNew = this.standing?.id !== item.id;
    this.standing = {
      id: item.id,
      uri: document.uri.toString(),
      rest: item.insertText.slice(typed.length),
      taken: typed.length,
      offset: document.offsetAt(position),
    };
    if (isNew) this.tell({ itemId: item.id, event: 'shown' });
  }

  accepted(itemId: string): void {
    if (this.standing?.id === itemId) this.standing = null;
    this.tell({ itemId, event: 'accepted' });
  }

  private edited({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const standing = this.standing;
    const [change] = contentChanges;
    if (standing === null || change === undefined || document.uri.toString() !== standing.uri) return;
    const edit = { offset: change.rangeOffset, replacedLength: change.rangeLength, text: change.text };
    const fate = contentChanges.length === 1 ? afterEdit(standing, edit) : ({ kind: 'rejected' } as const);
    this.standing = 'suggestion' in fate ? fate.suggestion : null;
    if (fate.kind === 'partlyTaken') {
      this.tell({ itemId: standing.id, event: 'partiallyAccepted', acceptedLength: fate.acceptedLength });
    } else if (fate.kind === 'rejected') {
      this.tell({ itemId: standing.id, event: 'rejected' });
    }
  }

  dispose(): void {
    this.listener.dispose();
  }
}
