import * as vscode from 'vscode';
import { confirm } from '../../ui/prompts';
import { type DeepLink, DeepLinkError, parseDeepLink } from './deepLink';

/** Handles links to this extension. It asks the user before anything happens. */
export const deepLinkHandler: vscode.UriHandler = {
  handleUri: async (uri) => {
    const link = parse(uri);
    if (!link) return;
    const confirmed = await confirm({
      question: vscode.l10n.t('Open a terminal on the computer {0}?', link.computer),
      detail: vscode.l10n.t(
        'A link requested this. The computer is started if it is stopped, which may incur costs.',
      ),
      action: vscode.l10n.t('Open'),
    });
    if (confirmed) await vscode.commands.executeCommand('celesto.openByName', link.computer);
  },
};

/** Parses a link, or shows the reason for rejecting it. */
function parse({ path, query }: vscode.Uri): DeepLink | undefined {
  try {
    return parseDeepLink(path, query);
  } catch (error) {
    if (!(error instanceof DeepLinkError)) throw error;
    void vscode.window.showErrorMessage(error.message);
    return undefined;
  }
}
