import * as vscode from 'vscode';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { describeError, type Log } from '../../base/log';
import type { Computer } from '../../computers/computer';
import type { ComputerStore } from '../../computers/computerStore';
import type { ServiceReports } from '../../computers/serviceReports';
import { statusOf } from '../../computers/statusTable';
import { factsOf } from '../../ui/computerFacts';
import { formatMetrics } from '../../ui/formatMetrics';
import { planFacts } from '../../ui/planFacts';
import { formatCommand } from './formatDetails';

const scheme = 'celesto-details';
/** Milliseconds that the requests for the page may take. */
const timeoutMs = 10_000;

/** The details page of a computer as Markdown: facts, metrics, commands, plan. Fetched again whenever it is opened. */
export class DetailsPage implements vscode.TextDocumentContentProvider, Disposable {
  private readonly disposables = new DisposableStore();
  private readonly changes = this.disposables.add(new vscode.EventEmitter<vscode.Uri>());

  readonly onDidChange = this.changes.event;

  constructor(
    private readonly store: ComputerStore,
    private readonly serviceReports: ServiceReports,
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
    if (!computer) return vscode.l10n.t('This computer is no longer in the list.');
    const signal = AbortSignal.timeout(timeoutMs);
    const [metrics, commands, plan] = await Promise.all([
      this.optional(() => this.serviceReports.observability(computer.id, '24h', signal)),
      this.optional(() => this.serviceReports.commands(computer.id, signal)),
      this.optional(() => this.serviceReports.plan(signal)),
    ]);
    const metricsRows = metrics ? formatMetrics(metrics) : [];
    return [
      `# ${escapeMarkdown(computer.name)}`,
      ...problem(computer),
      table(factsOf(computer)),
      ...(metricsRows.length > 0 ? [`## ${vscode.l10n.t('The last 24 hours')}`, table(metricsRows)] : []),
      ...(commands ? [`## ${vscode.l10n.t('Commands')}`, commandTable(commands.map(formatCommand))] : []),
      ...(plan ? [`## ${vscode.l10n.t('Plan')}`, table(planFacts(plan))] : []),
    ].join('\n\n');
  }

  dispose(): void {
    this.disposables.dispose();
  }

  /** Fetches a section; one that fails is left out of the page. */
  private async optional<T>(fetch: () => Promise<T | undefined>): Promise<T | undefined> {
    try {
      return await fetch();
    } catch (error) {
      this.log.warn(`details: ${describeError(error)}`);
      return undefined;
    }
  }
}

/** Explains why a computer cannot be reached, and names the next step. */
function problem({ status, lastError }: Computer): string[] {
  const { needsAttention, isLost, isGone } = statusOf(status);
  if (!needsAttention && !isLost && !isGone) return [];
  const nextStep = needsAttention
    ? vscode.l10n.t('Try starting it. If that does not help, delete the computer and create another.')
    : vscode.l10n.t('It cannot be started. You can delete it and create another.');
  return [`> ${escapeMarkdown(lastError ?? vscode.l10n.t('The service gave no reason.'))}`, nextStep];
}

function table(rows: readonly (readonly string[])[]): string {
  return ['| | |', '|---|---|', ...rows.map((cells) => `| ${cells.map(escapeMarkdown).join(' | ')} |`)].join(
    '\n',
  );
}

function commandTable(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return vscode.l10n.t('No commands have run through the service yet.');
  const headings = [
    vscode.l10n.t('Started'),
    vscode.l10n.t('End'),
    vscode.l10n.t('Took'),
    vscode.l10n.t('Asked by'),
    vscode.l10n.t('Limit'),
  ];
  return [
    `| ${headings.join(' | ')} |`,
    `|${'---|'.repeat(headings.length)}`,
    ...rows.map((cells) => `| ${cells.map(escapeMarkdown).join(' | ')} |`),
  ].join('\n');
}

/** Escapes server text, so that none of it is taken for Markdown or HTML. */
function escapeMarkdown(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>~&:]/g, '\\$&').replace(/\s+/g, ' ');
}
