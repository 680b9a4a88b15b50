import * as vscode from 'vscode';
import type { Computer } from '../../computers/computer';
import type { MetricsAndBilling } from '../../computers/metricsAndBilling';
import { statusOf } from '../../computers/status';
import type { ComputerStore } from '../../computers/store';
import { DisposableStore, type Disposable } from '../../base/disposable';
import { describeError, type Log } from '../../base/log';
import { formatCommand, formatMetrics, formatQuota } from '../../ui/formatMetrics';
import { factsOf } from '../../ui/presentation';

const scheme = 'celesto-details';
/** Milliseconds that a part of the page may take. */
const patience = 10_000;

/** A page on one computer: its facts, how it does, what ran on it, what the plan allows. Read anew whenever it is opened. */
export class DetailsPage implements vscode.TextDocumentContentProvider, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new vscode.EventEmitter<vscode.Uri>());

  readonly onDidChange = this.changes.event;

  constructor(
    private readonly store: ComputerStore,
    private readonly insights: MetricsAndBilling,
    private readonly log: Log,
  ) {
    this.disposables.add(vscode.workspace.registerTextDocumentContentProvider(scheme, this));
  }

  async show(computer: Computer): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/${computer.name}.md`, query: computer.id });
    this.changes.fire(uri);
    await vscode.commands.executeCommand('markdown.showPreview', uri);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const computer = this.store.get(uri.query);
    if (!computer) return vscode.l10n.t('This computer is not in the list any more.');
    const signal = AbortSignal.timeout(patience);
    const [metrics, commands, billing] = await Promise.all([
      this.part(() => this.insights.observability(computer.id, '24h', signal)),
      this.part(() => this.insights.commands(computer.id, signal)),
      this.part(() => this.insights.billing(signal)),
    ]);
    const figures = metrics ? formatMetrics(metrics) : [];
    return [
      `# ${escaped(computer.name)}`,
      ...trouble(computer),
      table(factsOf(computer)),
      ...(figures.length > 0 ? [`## ${vscode.l10n.t('The last 24 hours')}`, table(figures)] : []),
      ...(commands ? [`## ${vscode.l10n.t('Commands')}`, history(commands.map(formatCommand))] : []),
      ...(billing ? [`## ${vscode.l10n.t('Plan')}`, table(formatQuota(billing))] : []),
    ].join('\n\n');
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** A part that cannot be had is left out; the rest of the page is of use all the same. */
  private async part<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await ask();
    } catch (error) {
      this.log.warn(`details: ${describeError(error)}`);
      return undefined;
    }
  }
}

/** What is wrong, and what can be done about it. */
function trouble({ status, lastError }: Computer): string[] {
  const { open } = statusOf(status);
  if (open !== 'offerStart' && open !== 'refuse') return [];
  const next =
    open === 'offerStart'
      ? vscode.l10n.t('A start may help. If it does not, delete the computer and create another.')
      : vscode.l10n.t('It cannot be started. You can delete it and create another.');
  return [`> ${escaped(lastError ?? vscode.l10n.t('The service gives no reason.'))}`, next];
}

function table(rows: readonly (readonly string[])[]): string {
  return ['| | |', '|---|---|', ...rows.map((cells) => `| ${cells.map(escaped).join(' | ')} |`)].join('\n');
}

function history(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return vscode.l10n.t('Nothing ran through the service yet.');
  const heads = [
    vscode.l10n.t('Started'),
    vscode.l10n.t('End'),
    vscode.l10n.t('Took'),
    vscode.l10n.t('Asked by'),
    vscode.l10n.t('Limit'),
  ];
  return [
    `| ${heads.join(' | ')} |`,
    `|${'---|'.repeat(heads.length)}`,
    ...rows.map((cells) => `| ${cells.map(escaped).join(' | ')} |`),
  ].join('\n');
}

/** Server text is text: nothing in it is taken for Markdown or HTML. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~&:]/g, '\\$&').replace(/\s+/g, ' ');
}
