import * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import { escapeLinks } from '../base/text';
import { viewId } from './viewId';

/** Milliseconds until work that is still running gets a notification of its own. */
const notificationDelayMs = 3_000;

/**
 * Runs work that the user asked for. The progress bar of the view shows at once; a notification with a Cancel button
 * shows after {@link notificationDelayMs}.
 */
export async function withProgress<T>(
  clock: Clock,
  title: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const cancel = new AbortController();
  const finished = new AbortController();
  const running = work(cancel.signal).finally(() => finished.abort());
  void vscode.window.withProgress({ location: { viewId } }, () => settle(running));
  clock.delay(notificationDelayMs, finished.signal).then(
    () => void showNotification(title, running, cancel),
    () => undefined,
  );
  return running;
}

async function showNotification(
  title: string,
  running: Promise<unknown>,
  cancel: AbortController,
): Promise<void> {
  await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: escapeLinks(title), cancellable: true },
    async (_progress, token) => {
      token.onCancellationRequested(() => cancel.abort());
      await settle(running);
    },
  );
}

/** Waits for the end and swallows a rejection: the caller of {@link withProgress} gets it. */
async function settle(running: Promise<unknown>): Promise<void> {
  await running.catch(() => undefined);
}
