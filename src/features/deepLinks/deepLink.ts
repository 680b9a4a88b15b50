import { t } from '@vscode/l10n';

/** The request of a link to this extension. */
export interface DeepLink {
  readonly computer: string;
}

/** A rejected link. `message` is a sentence for the user and contains nothing of the link. */
export class DeepLinkError extends Error {
  override readonly name = 'LinkError';
}

/** The form of ids and names. No other text is looked up, or shown in the question to the user. */
const computerPattern = /^(?=.*[A-Za-z0-9])[\w.-]{1,64}$/;
/** VS Code's own parameter, which names the window that is to handle the link. */
const windowIdParameter = 'windowId';

/**
 * Parses a link `vscode://celesto.celesto-computers/open?computer=ID`. Links are untrusted, so one that asks for anything
 * else, or for more, is rejected.
 * @param path of the link
 * @param query of the link, decoded or not
 * @throws LinkError
 */
export function parseDeepLink(path: string, query: string): DeepLink {
  if (path !== '/open')
    throw new DeepLinkError(t('This link requests something that Celesto Computers cannot do.'));
  const parameters = new URLSearchParams(query);
  const [computer = '', ...others] = parameters.getAll('computer');
  const keys = [...parameters.keys()].filter((key) => key !== 'computer' && key !== windowIdParameter);
  if (others.length > 0) throw new DeepLinkError(t('This link names several computers. Nothing was opened.'));
  if (keys.length > 0)
    throw new DeepLinkError(t('This link requests more than opening a computer. Nothing was opened.'));
  if (computer === '') throw new DeepLinkError(t('This link names no computer. Nothing was opened.'));
  if (!computerPattern.test(computer))
    throw new DeepLinkError(t('This link does not name a valid computer. Nothing was opened.'));
  return { computer };
}
