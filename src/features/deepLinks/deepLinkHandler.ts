import * as vscode from 'vscode';
import { DeepLinkError, parseDeepLink, type DeepLink } from './deepLink';

/** A link asks a person before it does anything. */
export const deepLinkHandler: vscode.UriHandler = {
  handleUri: async (uri) => {
    const link = linkIn(uri);
    if (!link) return;
    const open = vscode.l10n.t('Open');
    const answer = await vscode.window.showWarningMessage(
      vscode.l10n.t('Open a terminal on the computer {0}?', link.computer),
      {
        modal: true,
        detail: vscode.l10n.t(
          'A link asks for it. The computer is started if it is stopped, which may cost.',
        ),
      },
      open,
    );
    if (answer === open) await vscode.commands.executeCommand('celesto.openByName', link.computer);
  },
};

/** What a link asks for; one that is not followed is told here. */
function linkIn({ path, query }: vscode.Uri): DeepLink | undefined {
  try {
    return parseDeepLink(path, query);
  } catch (error) {
    if (!(error instanceof DeepLinkError)) throw error;
    void vscode.window.showErrorMessage(error.message);
    return undefined;
  }
}
