import * as vscode from 'vscode';
import { escapeIcons, truncate } from '../../base/text';
import type { SavedSessions } from './readSavedSessions';
import type { SavedSession } from './savedSession';

interface SessionItem extends vscode.QuickPickItem {
  readonly session: SavedSession;
}

/** Looks up the name of a listed computer by its id, or by its name; undefined for one that is not listed. */
export type NameOfComputer = (idOrName: string) => string | undefined;

/** Returns the session of a file; asks where it holds several, or may hold another. @returns undefined on cancel */
export async function pickSession(
  { sessions, brokenLine }: SavedSessions,
  nameOf: NameOfComputer,
): Promise<SavedSession | undefined> {
  if (sessions.length === 1 && brokenLine === undefined) return sessions[0];
  const items = sessions.map((session) => itemOf(session, nameOf(session.computerId)));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Resume Saved Agent Session'),
    placeHolder:
      brokenLine === undefined
        ? vscode.l10n.t('The file holds sessions on several computers. Select one.')
        : vscode.l10n.t(
            'Line {0} of the file is not valid JSON and was left out. Select a session.',
            brokenLine,
          ),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.session;
}

function itemOf(session: SavedSession, name = session.computerId): SessionItem {
  const { computerId, agent, root } = session;
  const description = [agent, name === computerId ? undefined : computerId].filter(
    (text) => text !== undefined,
  );
  return {
    session,
    label: escapeIcons(name),
    iconPath: new vscode.ThemeIcon('vm'),
    description: escapeIcons(description.join(' · ')),
    ...(root !== undefined && { detail: escapeIcons(truncate(root, 200)) }),
  };
}
