import * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import { escapeLinks } from '../base/text';
import { viewId } from './viewId';

/** Milliseconds after which work that goes on gets a notification of its own. */
const notificationDelayMs = 3_000;

/** Thrown by a person who changed their mind in a box: nothing is to be shown. */
export function cancellation(): Error {
  return new DOMException('Cancelled', 'AbortError');
}

/**
 * Runs work a person asked for. The view shows that something goes on at once; a notification, with a button to
 * cancel, comes only when it takes long.
 */
export async function withProgress<T>(
  clock: Clock,
  title: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const cancel = new AbortController();
  const finished = new AbortController();
  const running = work(cancel.signal).finally(() => finished.abort());
  void vscode.window.withProgress({ location: { viewId } }, () => settled(running));
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
      await settled(running);
    },
  );
}

/** Waits for the end, however it turns out; the outcome goes to whoever runs the work. */
async function settled(running: Promise<unknown>): Promise<void> {
  await running.catch(() => undefined);
}
