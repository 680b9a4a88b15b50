import * as v from 'valibot';
import * as vscode from 'vscode';
import type { CelestoClient } from '../../api/client';
import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import type { Log } from '../../base/log';
import type { Computer } from '../../computers/computer';
import type { ComputerStore, StoreChange } from '../../computers/computerStore';
import type { Lifecycle } from '../../computers/lifecycle';
import { openDisplayChannel } from '../../gateway/displayChannel';
import { copyAs } from '../../ui/clipboard';
import { showError } from '../../ui/showError';
import { type ButtonId, maxClipboardBytes, type PageMessage, pageMessage } from './messages';
import { screenPage } from './screenPage';
import { ScreenSession } from './screenSession';

const viewType = 'celesto.screen';

export interface ScreenPanelDeps {
  readonly client: Pick<CelestoClient, 'display'>;
  readonly store: ComputerStore;
  readonly lifecycle: Pick<Lifecycle, 'fetch'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Folder of the built script and style sheet of the page. */
  readonly pageFolder: vscode.Uri;
}

/**
 * The editor tab with the screen of a computer. Its page is gone while the tab is hidden, and the connection with it: the
 * page is loaded again when the tab is shown, and connects then.
 */
export class ScreenPanel implements Disposable {
  private readonly disposables = new DisposableStore();
  private readonly panel: vscode.WebviewPanel;
  private readonly session: ScreenSession;
  /** Keeps the list polled while the tab is visible, so that the end of the computer shows. */
  private watching: Disposable | undefined;

  readonly onDidDispose: vscode.Event<void>;

  constructor(
    private readonly deps: ScreenPanelDeps,
    private readonly computer: Computer,
  ) {
    const { client, store, lifecycle, pageFolder, clock, log } = deps;
    const { id, name } = computer;
    this.panel = vscode.window.createWebviewPanel(viewType, name, vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [pageFolder],
    });
    const { webview } = this.panel;
    this.onDidDispose = this.panel.onDidDispose;
    this.session = new ScreenSession(
      {
        open: (mode, signal) => openDisplayChannel(client, id, mode, signal),
        fetch: (signal) => lifecycle.fetch(id, signal),
        post: (message) => void webview.postMessage(message),
        ...{ clock, log },
      },
      computer,
    );
    this.disposables.add(webview.onDidReceiveMessage((message) => this.receive(message)));
    this.disposables.add(this.panel.onDidChangeViewState(() => this.viewStateChanged()));
    this.disposables.add(this.panel.onDidDispose(() => this.dispose()));
    this.disposables.add(store.onDidChange((change) => this.storeChanged(change)));
    webview.html = screenPage(webview, pageFolder);
    this.viewStateChanged();
  }

  reveal(): void {
    this.panel.reveal();
  }

  dispose(): void {
    this.watching?.dispose();
    this.session.disconnect();
    this.disposables.dispose();
    this.panel.dispose();
  }

  private viewStateChanged(): void {
    const { visible, active } = this.panel;
    if (!active) this.session.releaseControl();
    if (visible) this.watching ??= this.deps.store.watch();
    else {
      this.session.disconnect();
      this.watching?.dispose();
      this.watching = undefined;
    }
  }

  private storeChanged({ changed, removed }: StoreChange): void {
    const { id } = this.computer;
    const computer = changed.find((candidate) => candidate.id === id);
    if (computer) this.session.computerChanged(computer);
    const removal = removed.find((candidate) => candidate.computer.id === id);
    if (removal?.cause === 'deleted') this.session.computerDeleted();
    // Another account, or none, is used from now on.
    if (removal?.cause === 'reset') this.dispose();
  }

  private receive(message: unknown): void {
    const { success, output } = v.safeParse(pageMessage, message);
    if (!success) this.deps.log.warn('screen: the page sent a message that is not valid');
    else this.handle(output).catch((error: unknown) => void showError(error));
  }

  private async handle(message: PageMessage): Promise<void> {
    const { session } = this;
    switch (message.type) {
      case 'ready': {
        session.connect();
        return;
      }
      case 'press':
        return this.press(message.button);
      case 'blur': {
        session.releaseControl();
        return;
      }
      case 'copy':
        return this.copy(message.text);
      case 'connected': {
        session.connected(message.connection);
        return;
      }
      case 'failed': {
        session.failed(message.connection, message.reason);
        return;
      }
      case 'send': {
        session.send(message.connection, message.bytes);
        return;
      }
      case 'received': {
        session.acknowledge(message.connection, message.count);
        return;
      }
    }
  }

  private async press(button: ButtonId): Promise<void> {
    switch (button) {
      case 'takeControl': {
        this.session.connect('read_write');
        return;
      }
      case 'releaseControl': {
        this.session.releaseControl();
        return;
      }
      case 'reconnect': {
        this.session.connect();
        return;
      }
      case 'paste':
        return this.paste();
      case 'start':
        await vscode.commands.executeCommand('celesto.start', { computerId: this.computer.id });
        return;
      case 'copy':
        return; // The page answers it with the text.
    }
  }

  private async copy(text: string): Promise<void> {
    if (text === '') throw new Error(vscode.l10n.t('Nothing was copied on this screen yet.'));
    assertClipboardSize(text);
    await copyAs(text, vscode.l10n.t('the text of {0}', this.computer.name));
  }

  private async paste(): Promise<void> {
    const text = await vscode.env.clipboard.readText();
    if (text === '') throw new Error(vscode.l10n.t('The clipboard has no text.'));
    assertClipboardSize(text);
    await this.panel.webview.postMessage({ type: 'paste', text });
  }
}

/** @throws Error for a text that is too large */
function assertClipboardSize(text: string): void {
  if (Buffer.byteLength(text) > maxClipboardBytes)
    throw new Error(vscode.l10n.t('The text has more than 1 MB, so it was not copied.'));
}
