import { t } from '@vscode/l10n';

/** What a link to this extension asks for. */
export interface DeepLink {
  readonly computer: string;
}

/** A link that is not followed. `message` is a sentence that says why; nothing of the link is in it. */
export class DeepLinkError extends Error {
  override readonly name = 'LinkError';
}

/** Ids and names are short words: nothing else is looked for, or shown to a person who is asked. */
const computerPattern = /^(?=.*[A-Za-z0-9])[\w.-]{1,64}$/;
/** What else may stand in a link: VS Code's own word for the window that is to open it. */
const windowIdParameter = 'windowId';

/**
 * Reads a link `vscode://celesto.celesto-computers/open?computer=ID`. Whoever wrote it may mean harm, so one that asks for
 * anything else, or for more, is not followed.
 * @param path of the link
 * @param query of the link, decoded or not
 * @throws LinkError
 */
export function parseDeepLink(path: string, query: string): DeepLink {
  if (path !== '/open')
    throw new DeepLinkError(t('This link asks for something that Celesto Computers cannot do.'));
  const parameters = new URLSearchParams(query);
  const [computer = '', ...others] = parameters.getAll('computer');
  const keys = [...parameters.keys()].filter((key) => key !== 'computer' && key !== windowIdParameter);
  if (others.length > 0) throw new DeepLinkError(t('This link names several computers. Nothing was opened.'));
  if (keys.length > 0)
    throw new DeepLinkError(t('This link asks for more than to open a computer. Nothing was opened.'));
  if (computer === '') throw new DeepLinkError(t('This link names no computer. Nothing was opened.'));
  if (!computerPattern.test(computer))
    throw new DeepLinkError(t('This link names no computer that there can be. Nothing was opened.'));
  return { computer };
}
