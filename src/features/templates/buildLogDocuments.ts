import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { BuildLogPage, type BuildLogPageDeps, type NamedTemplate } from './buildLogPage';

const scheme = 'celesto-build-log';
/** Milliseconds that the first read of a log may take. */
const timeoutMs = 30_000;

/** Build logs in read-only editors. One that is visible follows its build. */
export class BuildLogDocuments implements vscode.TextDocumentContentProvider, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new vscode.EventEmitter<vscode.Uri>());
  private readonly pages = new Map<string, BuildLogPage>();

  readonly onDidChange = this.changes.event;

  constructor(private readonly deps: Omit<BuildLogPageDeps, 'onChange'>) {
    this.disposables.add(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
    this.disposables.add(vscode.window.onDidChangeVisibleTextEditors(() => this.followVisible()));
    this.disposables.add(vscode.workspace.onDidCloseTextDocument((document) => this.close(document.uri)));
  }

  /** Opens the log of a template. @throws ApiError, or the signal's reason */
  async show(template: NamedTemplate, signal: AbortSignal): Promise<void> {
    const uri = uriOf(template);
    await this.pageOf(uri).read(signal);
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri));
    this.followVisible();
  }

  /** Reads the log of an editor that VS Code has brought back; that of {@link show} is read already. */
  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const known = this.pages.get(uri.toString());
    if (known) return known.text;
    const page = this.pageOf(uri);
    await page.read(AbortSignal.timeout(timeoutMs));
    this.followVisible();
    return page.text;
  }

  dispose(): void {
    for (const page of this.pages.values()) page.unfollow();
    this.disposables.dispose();
  }

  private pageOf(uri: vscode.Uri): BuildLogPage {
    const key = uri.toString();
    const page =
      this.pages.get(key) ??
      new BuildLogPage(templateOf(uri), { ...this.deps, onChange: () => this.changes.fire(uri) });
    this.pages.set(key, page);
    return page;
  }

  private close(uri: vscode.Uri): void {
    this.pages.get(uri.toString())?.unfollow();
    this.pages.delete(uri.toString());
  }

  private followVisible(): void {
    const visible = new Set(vscode.window.visibleTextEditors.map(({ document }) => document.uri.toString()));
    for (const [key, page] of this.pages) {
      if (visible.has(key)) page.follow();
      else page.unfollow();
    }
  }
}

function uriOf({ templateId, name }: NamedTemplate): vscode.Uri {
  return vscode.Uri.from({ scheme, path: `/${name.replaceAll('/', '-')}.log`, query: templateId });
}

function templateOf({ path, query }: vscode.Uri): NamedTemplate {
  return { templateId: query, name: path.slice(1).replace(/\.log$/, '') };
}
