import type { WireComputer } from '../../../src/api/wire';
import { type Computer, computerFrom } from '../../../src/computers/computer';
import {
  ComputerStore,
  type ListCache,
  type StoreChange,
  type StoreState,
} from '../../../src/computers/computerStore';
import { wire } from './computers';
import { FakeClient } from './fakeClient';
import { FakeClock } from './fakeClock';
import { RecordingLog } from './recordingLog';

/** A list cache that, like VS Code's Memento, keeps its content as JSON. */
export class MemoryCache implements ListCache {
  writes = 0;
  private text: string;

  constructor(computers: readonly Computer[] = []) {
    this.text = JSON.stringify(computers);
  }

  read(): Computer[] {
    return JSON.parse(this.text) as Computer[];
  }

  write(computers: readonly Computer[]): void {
    this.writes += 1;
    this.text = JSON.stringify(computers);
  }
}

/** A store with a fake client and clock, and a record of the events it fires. */
export class StoreHarness {
  readonly clock = new FakeClock();
  readonly client = new FakeClient();
  readonly log = new RecordingLog();
  readonly cache: MemoryCache;
  readonly store: ComputerStore;
  readonly changes: StoreChange[] = [];
  readonly states: StoreState[] = [];

  constructor(...cached: WireComputer[]) {
    this.cache = new MemoryCache(cached.map(computerFrom));
    this.store = new ComputerStore(this.client, this.clock, this.cache, this.log);
    this.store.onDidChange((change) => this.changes.push(change));
    this.store.onDidChangeState((state) => this.states.push(state));
  }

  /** The list as shown: `a running, b stopped`. */
  get shown(): string {
    return this.store.computers.map(({ id, status }) => `${id} ${status}`).join(', ');
  }

  /** Events since the last call, each as one text: `+a running`, `~a stopped -b`. */
  takeEvents(): string[] {
    return this.changes
      .splice(0)
      .map(({ added, changed, removed }) =>
        [
          ...added.map(({ id, status }) => `+${id} ${status}`),
          ...changed.map(({ id, status }) => `~${id} ${status}`),
          ...removed.map(({ computer }) => `-${computer.id}`),
        ].join(' '),
      );
  }

  /** Sets the service's list: `['a running', 'b stopped']`. */
  setList(...computers: string[]): void {
    this.client.script('list', {
      computers: computers.map(parseComputer),
      unreadable: [],
      possiblyMore: false,
    });
  }

  /** Makes the store read a list of these. */
  async refreshWith(...computers: string[]): Promise<void> {
    this.setList(...computers);
    await this.store.refresh();
  }
}

/** Parses `a running` into a computer as the client returns it. */
export function parseComputer(text: string): WireComputer {
  const [id = '', status = ''] = text.split(' ');
  return wire(id, status);
}
