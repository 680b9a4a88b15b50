import type { Memento } from '../../base/memento';

const storageKey = 'celesto.runHistory';
const maxCommandsPerComputer = 50;
const maxComputers = 100;
/** Characters of a command. A longer one is a text that was selected in an editor. */
const maxCommandLength = 4_000;

type CommandsByComputer = Readonly<Record<string, readonly string[]>>;

/** The commands that were run on each computer, the latest first. One that begins with a space is left out, as in a shell. */
export class CommandHistory {
  constructor(private readonly memento: Memento) {}

  of(computerId: string): readonly string[] {
    return this.read()[computerId] ?? [];
  }

  async add(computerId: string, command: string): Promise<void> {
    if (command.startsWith(' ') || command.length > maxCommandLength) return;
    const { [computerId]: previous = [], ...others } = this.read();
    const commands = [command, ...previous.filter((one) => one !== command)];
    const otherComputers = Object.entries(others).slice(0, maxComputers - 1);
    await this.memento.update(
      storageKey,
      Object.fromEntries([[computerId, commands.slice(0, maxCommandsPerComputer)], ...otherComputers]),
    );
  }

  async remove(computerId: string, command: string): Promise<void> {
    const history = this.read();
    const commands = this.of(computerId).filter((one) => one !== command);
    await this.memento.update(storageKey, { ...history, [computerId]: commands });
  }

  private read(): CommandsByComputer {
    const value = this.memento.get(storageKey);
    if (typeof value !== 'object' || value === null) return {};
    const entries = Object.entries(value as Record<string, unknown>);
    return Object.fromEntries(entries.map(([id, commands]) => [id, stringsIn(commands)]));
  }
}

function stringsIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
