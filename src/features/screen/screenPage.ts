import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/**
 * Makes the page that draws a screen: a frame without texts, which come by messages. It may run its one script, use its
 * one style sheet and show pictures that it makes itself, such as the mouse pointer; it connects to nothing.
 * @param folder of the built script and style sheet
 */
export function screenPage(webview: vscode.Webview, folder: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const address = (file: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(folder, file)).toString();
  const policy = [
    `default-src 'none'`,
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
    `img-src data:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <link rel="stylesheet" nonce="${nonce}" href="${address('screen.css')}">
  </head>
  <body>
    <header>
      <h1 id="name"></h1>
      <p id="status" role="status"></p>
      <div id="buttons"></div>
    </header>
    <main id="picture"></main>
    <script type="module" nonce="${nonce}" src="${address('screen.js')}"></script>
  </body>
</html>`;
}
