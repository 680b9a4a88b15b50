import * as vscode from 'vscode';
import type { ComputerStore } from '../../../computers/store';
import { specialComputerNames } from './taskProvider';

/** The files that hold tasks. */
export const tasksJsonFiles: vscode.DocumentSelector = [
  { pattern: '**/.vscode/tasks.json' },
  { pattern: '**/*.code-workspace' },
];

/** Offers computers where a task names one. A schema can only hold what never changes. */
export class TasksJsonCompletion implements vscode.CompletionItemProvider {
  constructor(
    private readonly store: Pick<ComputerStore, 'computers' | 'find'>,
    /** Sees to it that the list is there, as far as it can be had without asking anybody. Never rejects. */
    private readonly list: () => Promise<void>,
  ) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[]> {
    const line = document.lineAt(position).text;
    const before = /^(.*"computer"\s*:\s*)("(?:[^"\\]|\\.)*)?$/.exec(line.slice(0, position.character));
    if (!before) return [];
    const rest = /^[^",}\]]*"?/.exec(line.slice(position.character))?.[0] ?? '';
    const begin = position.with({ character: before[1]?.length ?? 0 });
    await this.list();
    const range = new vscode.Range(begin, position.translate(0, rest.length));
    return [...specialComputerNames.map((word) => ({ word, detail: '' })), ...this.computers()].map(
      ({ word, detail }) => {
        const item = new vscode.CompletionItem(JSON.stringify(word), vscode.CompletionItemKind.Value);
        item.range = range;
        item.detail = detail;
        return item;
      },
    );
  }

  /** By name where only one has it. */
  private computers(): { word: string; detail: string }[] {
    return this.store.computers.map(({ id, name }) => {
      const isAlone = this.store.find(name)?.id === id;
      return isAlone ? { word: name, detail: id } : { word: id, detail: name };
    });
  }
}
