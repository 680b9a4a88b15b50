/** Where the history is kept: VS Code's own store fits. */
export interface HistoryStore {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const storageKey = 'celesto.runHistory';
/** Commands kept of each computer, computers, and characters of a command: a longer one is a text that somebody selected. */
const most = { commands: 50, computers: 100, length: 4_000 };

type History = Readonly<Record<string, readonly string[]>>;

/** The commands that were run on each computer, the latest first. One that begins with a blank is not kept, as in a shell. */
export class CommandHistory {
  constructor(private readonly memento: HistoryStore) {}

  of(computerId: string): readonly string[] {
    return this.read()[computerId] ?? [];
  }

  async add(computerId: string, command: string): Promise<void> {
    if (command.startsWith(' ') || command.length > most.length) return;
    const { [computerId]: before = [], ...others } = this.read();
    const commands = [command, ...before.filter((one) => one !== command)].slice(0, most.commands);
    const rest = Object.entries(others).slice(0, most.computers - 1);
    await this.memento.update(storageKey, Object.fromEntries([[computerId, commands], ...rest]));
  }

  async remove(computerId: string, command: string): Promise<void> {
    const history = this.read();
    const commands = this.of(computerId).filter((one) => one !== command);
    await this.memento.update(storageKey, { ...history, [computerId]: commands });
  }

  private read(): History {
    const value = this.memento.get(storageKey);
    if (typeof value !== 'object' || value === null) return {};
    const entries = Object.entries(value as Record<string, unknown>);
    return Object.fromEntries(entries.map(([id, commands]) => [id, textsIn(commands)]));
  }
}

function textsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
