import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Emitter } from '../../../src/base/emitter';
import { computerFrom } from '../../../src/computers/computer';
import { SshError } from '../../../src/ssh/sshErrors';
import { PersistentShells } from '../../../src/terminal/persistentShells';
import { until } from '../../harness/until';
import { wire } from '../support/computers';
import { RecordingLog } from '../support/recordingLog';

/** A computer with kept shells, and the terminals that a window has there. */
class Bench {
  readonly einstein = computerFrom(wire('cmp_1', 'running'));
  readonly changes = new Emitter<string>();
  terminals: { name: string; state: string }[] = [];
  /** Names of the shells that are kept, an asterisk after those that somebody is with. */
  kept = ['a1'];
  commands: string[] = [];
  failure: Error | undefined;
  told = 0;
  readonly shells = new PersistentShells({
    channels: {
      run: (_computer, command) => {
        this.commands.push(command);
        if (this.failure) return Promise.reject(this.failure);
        this.kept = this.kept.filter((name) => !command.includes(`celesto-${name} kill-session`));
        return Promise.resolve(
          this.kept
            .map((name) =>
              ['tmux', name.replace('*', ''), 1, name.endsWith('*') ? 1 : 0, 'vim', '/srv'].join('\t'),
            )
            .join('\n'),
        );
      },
    },
    terminals: {
      onDidChange: this.changes.event,
      of: () => this.terminals.map(({ name, state }) => ({ pty: { state, shellName: name } })),
    },
    store: { get: () => this.einstein },
    clock: { delay: () => Promise.resolve() },
    log: new RecordingLog(),
  });

  constructor() {
    this.shells.onDidChange(() => (this.told += 1));
  }

  /** The window has these terminals from now on. */
  have(...terminals: { name: string; state: string }[]): void {
    this.terminals = terminals;
    this.changes.fire('cmp_1');
  }

  get names(): string[] {
    return this.shells.of('cmp_1').map(({ name }) => name);
  }
}

describe('PersistentShells', () => {
  it('lists shells when a terminal has connected or disconnected, not before', async () => {
    const bench = new Bench();
    bench.have({ name: 'b2', state: 'opening' });
    assert.deepEqual([bench.commands.length, bench.names], [0, []]);
    bench.kept = ['a1', 'b2*', 'c3*'];
    bench.have({ name: 'b2', state: 'open' });
    await until('a look', () => bench.told === 1);
    assert.deepEqual(bench.names, ['a1']);
    bench.have({ name: 'b2', state: 'open' });
    assert.equal(bench.commands.length, 1);
    bench.kept = ['a1', 'b2', 'c3*'];
    bench.have();
    await until('a look', () => bench.told === 2);
    assert.deepEqual(bench.names, ['a1', 'b2']);
  });

  it('leaves out the shell of a terminal that is reconnecting', async () => {
    const bench = new Bench();
    await bench.shells.refresh(bench.einstein, new AbortController().signal);
    bench.have({ name: 'a1', state: 'reconnecting' });
    assert.deepEqual(bench.names, []);
  });

  it('ends a shell', async () => {
    const bench = new Bench();
    bench.kept = ['a1', 'b2'];
    const { signal } = new AbortController();
    const [first] = await bench.shells.refresh(bench.einstein, signal);
    await bench.shells.end(bench.einstein, first!, signal);
    assert.deepEqual(bench.names, ['b2']);
  });

  it('lists again after a lost connection', async () => {
    const bench = new Bench();
    bench.failure = new SshError('closed', { user: 'ohm', host: 'einstein', port: 22 });
    bench.have({ name: 'b2', state: 'open' });
    await until('the look to fail', () => bench.commands.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    bench.failure = undefined;
    bench.have();
    await until('a look', () => bench.told === 1);
    assert.deepEqual(bench.names, ['a1']);
  });

  it('does not list again where SSH does not work, unless the user asks', async () => {
    const bench = new Bench();
    bench.failure = new Error('It has no OpenSSH server.');
    bench.have({ name: 'b2', state: 'open' });
    await until('the look to fail', () => bench.commands.length === 1);
    await new Promise((resolve) => setImmediate(resolve));
    bench.have();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(bench.commands.length, 1);
    await assert.rejects(bench.shells.refresh(bench.einstein, new AbortController().signal), /no OpenSSH/);
  });
});
