import * as vscode from 'vscode';
import type { Size } from '../../../api/wire';
import type { ComputerStore } from '../../../computers/computerStore';
import { formatResources } from '../../../ui/formatResources';
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

/** IntelliSense for "computer" and "size" in tasks.json. The JSON schema in package.json can only list fixed values. */
export class TasksJsonCompletion implements vscode.CompletionItemProvider {
  constructor(
    private readonly store: Pick<ComputerStore, 'ownComputers' | 'find'>,
    /** Loads the list of computers, where that needs no question to the user. Never rejects. */
    private readonly loadComputers: () => Promise<void>,
    /** Reads the sizes of the service, where that needs no question to the user. Never rejects. */
    private readonly readSizes: () => Promise<readonly Size[]>,
  ) {}

  async provideCompletionItems(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[]> {
    const found = valueAt(document, position);
    if (!found) return [];
    const { field, range } = found;
    const suggestions = field === 'size' ? await this.sizes() : await this.computers();
    return suggestions.map(({ value, detail }) => {
      const item = new vscode.CompletionItem(JSON.stringify(value), vscode.CompletionItemKind.Value);
      item.range = range;
      item.detail = detail;
      return item;
    });
  }

  private async sizes(): Promise<Suggestion[]> {
    const sizes = await this.readSizes();
    return sizes.map(({ id, vcpus, ram_mb: ramMb, root_disk_mb: diskMb }) => {
      return { value: id, detail: formatResources({ vcpus, ramMb, diskMb }) };
    });
  }

  private async computers(): Promise<Suggestion[]> {
    await this.loadComputers();
    const special = specialComputerNames.map((value) => ({ value, detail: '' }));
    return [...special, ...this.store.ownComputers.map((computer) => this.suggestionFor(computer))];
  }

  /** A computer by its name where that is unique, else by its id. */
  private suggestionFor({ id, name }: { readonly id: string; readonly name: string }): Suggestion {
    const isUnique = this.store.find(name)?.id === id;
    return isUnique ? { value: name, detail: id } : { value: id, detail: name };
  }
}

/** Finds the field whose value is around the cursor, with the range of that value, quotes included. */
function valueAt(
  document: vscode.TextDocument,
  position: vscode.Position,
): { readonly field: string; readonly range: vscode.Range } | undefined {
  const { text } = document.lineAt(position);
  const before = /^(.*"(computer|size)"\s*:\s*)("(?:[^"\\]|\\.)*)?$/.exec(text.slice(0, position.character));
  const [, start, field] = before ?? [];
  if (start === undefined || field === undefined) return undefined;
  const after = /^[^",}\]]*"?/.exec(text.slice(position.character))?.[0] ?? '';
  const range = new vscode.Range(
    position.with({ character: start.length }),
    position.translate(0, after.length),
  );
  return { field, range };
}
