import * as vscode from 'vscode';
import type { ComputerStore } from '../../../computers/computerStore';
import { specialComputerNames } from './readTask';

/** The files that hold tasks. */
export const tasksJsonFiles: vscode.DocumentSelector = [
  { pattern: '**/.vscode/tasks.json' },
  { pattern: '**/*.code-workspace' },
];

/** The characters that open the suggestions. */
export const triggerCharacters = ['"', ':'] as const;

interface Suggestion {
  readonly value: string;
  readonly detail: string;
}

/** IntelliSense for "computer" in tasks.json. The JSON schema in package.json can only list fixed values. */
export class TasksJsonCompletion implements vscode.CompletionItemProvider {
  constructor(
    private readonly store: Pick<ComputerStore, 'ownComputers' | 'find'>,
    /** Loads the list of computers, where that needs no question to the user. Never rejects. */
    private readonly loadComputers: () => Promise<void>,
  ) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[]> {
    const range = valueRange(document, position);
    if (!range) return [];
    await this.loadComputers();
    return this.suggestions().map(({ value, detail }) => {
      const item = new vscode.CompletionItem(JSON.stringify(value), vscode.CompletionItemKind.Value);
      item.range = range;
      item.detail = detail;
      return item;
    });
  }

  private suggestions(): Suggestion[] {
    const special = specialComputerNames.map((value) => ({ value, detail: '' }));
    return [...special, ...this.store.ownComputers.map((computer) => this.suggestionFor(computer))];
  }

  /** A computer by its name where that is unique, else by its id. */
  private suggestionFor({ id, name }: { readonly id: string; readonly name: string }): Suggestion {
    const isUnique = this.store.find(name)?.id === id;
    return isUnique ? { value: name, detail: id } : { value: id, detail: name };
  }
}

/** The range of the value of "computer" around the cursor, quotes included; undefined elsewhere. */
function valueRange(document: vscode.TextDocument, position: vscode.Position): vscode.Range | undefined {
  const { text } = document.lineAt(position);
  const before = /^(.*"computer"\s*:\s*)("(?:[^"\\]|\\.)*)?$/.exec(text.slice(0, position.character));
  if (!before) return undefined;
  const after = /^[^",}\]]*"?/.exec(text.slice(position.character))?.[0] ?? '';
  return new vscode.Range(
    position.with({ character: before[1]?.length ?? 0 }),
    position.translate(0, after.length),
  );
}
