// The page of a view of ours: nothing but its own script and style may load.
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The script and the style have the view's name, and so has the place that they fill. */
export function webviewPage(
  webview: vscode.Webview,
  extensionUri: vscode.Uri,
  { name, title }: { name: string; title: string },
): string {
  const nonce = randomBytes(18).toString('base64');
  const file = (kind: string) =>
    webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'out', `${name}.${kind}`)).toString();
  const policy = [
    "default-src 'none'",
    `style-src ${webview.cspSource}`,
    `script-src 'nonce-${nonce}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${file('css')}">
<title>${title}</title>
</head>
<body>
<div id="${name}"></div>
<script nonce="${nonce}" src="${file('js')}"></script>
</body>
</html>`;
}
