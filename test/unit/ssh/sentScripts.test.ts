import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ExecResult } from '../../../src/api/wire';
import { listInstalledFiles, removeKeys } from '../../../src/ssh/provisioning/installedFiles';
import { provision } from '../../../src/ssh/provisioning/provision';
import { installRemoteSshd, removeRemoteSshd, startCommand } from '../../../src/ssh/tunnel/remoteSshd';
import { RecordingLog } from '../support/recordingLog';

const publicLine = 'ssh-ed25519 AAAAC3own celesto-vscode';
const retired = ['ssh-ed25519 AAAAC3old celesto-vscode', 'ssh-ed25519 AAAAC3older celesto-vscode'];
const signal = new AbortController().signal;

/** The command that reaches the computer's exec call; sentScripts/ holds the texts that installed versions send. */
async function sentBy(
  call: (client: { exec(id: string, command: string): Promise<ExecResult> }) => Promise<unknown>,
): Promise<string> {
  let sent = '';
  const exec = (_id: string, command: string): Promise<ExecResult> => {
    sent = command;
    return Promise.resolve({ stdout: '', stderr: '', exit_code: 0, timed_out: false });
  };
  // Most of them reject, since this computer answers nothing.
  await call({ exec }).catch(() => undefined);
  return sent;
}

function assertSent(actual: string, name: string): void {
  assert.equal(actual, readFileSync(join(import.meta.dirname, 'sentScripts', `${name}.txt`), 'utf8'));
}

describe('scripts sent to a computer', () => {
  for (const [name, keys] of [
    ['', { publicLine, retired }],
    ['WithoutRetiredKeys', { publicLine, retired: [] }],
  ] as const) {
    it(`provision it, ${keys.retired.length} keys being retired`, async () => {
      const log = new RecordingLog();
      const sent = await sentBy((client) =>
        provision(client, 'id', { user: 'ubuntu', ...keys }, log, signal),
      );
      assertSent(sent, `provision${name}`);
    });

    it(`install the SSH server of the tunnel, ${keys.retired.length} keys being retired`, async () => {
      assertSent(await sentBy((client) => installRemoteSshd(client, 'id', keys)), `installRemoteSshd${name}`);
    });
  }

  for (const [name, user] of [
    ['', 'ubuntu'],
    ['WithoutUser', undefined],
  ] as const) {
    it(`list installed files, with ${user ?? 'no'} user`, async () => {
      const keys = { publicLine, retired };
      const sent = await sentBy((client) => listInstalledFiles(client, 'id', user, keys, signal));
      assertSent(sent, `listInstalledFiles${name}`);
    });
  }

  it('remove keys', async () => {
    const keys = [publicLine, ...retired].map((line, index) => ({
      file: `/home/it's ${index}/.ssh/authorized_keys`,
      publicLine: line,
      fingerprint: '',
      owner: 'ours' as const,
    }));
    assertSent(await sentBy((client) => removeKeys(client, 'id', keys, signal)), 'removeKeys');
  });

  it('have at most 10,000 characters, however many keys there are', async () => {
    const longKey = `ssh-ed25519 ${'A'.repeat(68)} celesto-vscode`;
    const keys = { publicLine: longKey, retired: Array.from({ length: 20 }, () => longKey) };
    const user = 'u'.repeat(32);
    const installed = Array.from({ length: 100 }, () => ({
      file: `/home/${user}/.ssh/authorized_keys`,
      publicLine: `ssh-rsa ${'A'.repeat(724)}`,
      fingerprint: '',
      owner: 'others' as const,
    }));
    const log = new RecordingLog();
    const lengths: number[] = [];
    const exec = (_id: string, command: string): Promise<ExecResult> => {
      lengths.push(command.length);
      return Promise.resolve({ stdout: '', stderr: '', exit_code: 0, timed_out: false });
    };
    const client = { exec };
    await provision(client, 'id', { user, ...keys }, log, signal);
    await installRemoteSshd(client, 'id', keys).catch(() => undefined);
    await listInstalledFiles(client, 'id', user, keys, signal);
    await removeKeys(client, 'id', installed, signal);
    assert.equal(lengths.length, 3 + 20);
    for (const length of lengths) assert.ok(length <= 10_000, `${length} characters`);
  });

  it('remove the SSH server of the tunnel', async () => {
    assert.equal(await sentBy((client) => removeRemoteSshd(client, 'id')), 'rm -rf "$HOME/.celesto-vscode"');
  });

  it('start the SSH server of the tunnel', () => {
    assert.equal(
      startCommand({ folder: "/home/it's/.celesto-vscode/1" }, ['ab', 'cd']),
      ` exec sh '/home/it'\\''s/.celesto-vscode/1/start' ab cd\r`,
    );
  });
});
