import * as vscode from 'vscode';
import type { Disposable } from '../../base/disposable';
import { deepLinkHandler } from './deepLinkHandler';

/** Registers the handler of links to this extension. */
export function registerDeepLinks(): Disposable {
  return vscode.window.registerUriHandler(deepLinkHandler);
}
