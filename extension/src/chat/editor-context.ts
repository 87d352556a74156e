// What in the editor a question is about: the selection, else the file in front.
import * as vscode from 'vscode';
import type { ChatContext } from '../generated/protocol';

export type EditorContext = { label: string; context: ChatContext };

export function editorContext(): EditorContext | null {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined || !['file', 'untitled'].includes(editor.document.uri.scheme)) return null;
  const { document, selection } = editor;
  const name = vscode.workspace.asRelativePath(document.uri).split('/').at(-1) ?? document.fileName;
  const uri = document.uri.toString();
  if (selection.isEmpty) return { label: name, context: { uri } };
  const { start, end } = selection;
  const lines = start.line === end.line ? `${start.line + 1}` : `${start.line + 1}\u2013${end.line + 1}`;
  return {
    label: `${name}:${lines}`,
    context: {
      uri,
      range: {
        start: { line: start.line, character: start.character },
        end: { line: end.line, character: end.character },
      },
    },
  };
}

/** Puts code where the cursor is, instead of what is selected. */
export async function insertAtCursor(text: string): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) {
    void vscode.window.showInformationMessage('Open a file first: the code goes to its cursor.');
    return;
  }
  await editor.edit((edit) => edit.replace(editor.selection, text));
  await vscode.window.showTextDocument(editor.document, editor.viewColumn);
}
