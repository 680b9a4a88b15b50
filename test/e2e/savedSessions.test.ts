import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { runCommand } from '../emulator/sandbox/exec';
import { E2eHarness } from './e2eHarness';

/** Sessions that the SDKs saved. Their computers are replaced by those of the emulator. */
const savedSessions = new URL('../unit/features/agentSessions/savedSessions/', import.meta.url);

interface State {
  computer_id: string | null;
}

interface Run {
  sandbox: {
    session_state: State;
    sessions_by_agent: Record<string, { agent_name: string; session_state: State }>;
  };
}

describe('saved agent sessions', () => {
  const e2e = new E2eHarness('savedSessions', {
    seed: [{ name: 'einstein' }, { name: 'curie' }, { name: 'gauss', status: 'stopped' }],
  });
  const idOf = async (name: string): Promise<string> => (await e2e.computer(name)).id;
  const original = (name: string): string => readFileSync(new URL(name, savedSessions), 'utf8');

  /** Writes a saved session into the folder of the window, with ids of the emulator in place of its own. */
  async function write(name: string, content: string, computers: Readonly<Record<string, string>>) {
    let text = content;
    for (const [own, computer] of Object.entries(computers))
      text = text.replaceAll(own, await idOf(computer));
    writeFileSync(join(e2e.folder, 'empty', name), text);
  }

  async function makeFolder(computer: string, folder: string): Promise<void> {
    const sandbox = e2e.emulator.computers.sandbox(await idOf(computer));
    await runCommand(sandbox.start(`mkdir -p '${folder}'`, 10_000));
  }

  async function resume(file: string): Promise<void> {
    await e2e.window.runCommand('Celesto: Resume Saved Agent Session…');
    await e2e.window.quickInput.waitFor('Resume Saved Agent Session');
    await e2e.window.quickInput.choose(file);
  }

  const starts = async (name: string): Promise<number> => (await e2e.requests('POST', name, 'start')).length;
  const tabNames = async (): Promise<string[]> => (await e2e.terminals.tabs()).map(({ name }) => name);

  e2e.it("a Python run opens its agent's computer, not one that its context quotes", async () => {
    await makeFolder('einstein', '/home/ohm/build');
    await write('python.json', original('py-28-runstate-context-holds-other-options.json'), {
      ...{ cmp_2c268ed28f17: 'einstein', cmp_other: 'gauss' },
    });
    await resume('python.json');
    await e2e.terminals.waitForText('ohm@einstein:~/build$ ');
    assert.deepEqual(await tabNames(), ['einstein']);
  });

  e2e.it("a JavaScript run of two agents opens the current one's computer", async () => {
    await makeFolder('curie', '/home/ohm/review');
    await write('javascript.json', original('js-03-runstate-two-agents.json'), {
      ...{ cmp_362bfd290eeb: 'curie', cmp_6d99d4cd59b2: 'gauss' },
    });
    await resume('javascript.json');
    await e2e.terminals.waitForText('ohm@curie:~/review$ ');
    assert.deepEqual(await tabNames(), ['einstein', 'curie']);
  });

  e2e.it('several computers are asked about, with agent and directory', async () => {
    const run = JSON.parse(original('py-24-runstate-two-agents.json')) as Run;
    const { session_state: current, sessions_by_agent: byAgent } = run.sandbox;
    const { Writer: writer, Reviewer: reviewer } = byAgent;
    byAgent.Tester = {
      agent_name: 'Tester $(flame)',
      session_state: { ...reviewer!.session_state, computer_id: 'cmp_tester' },
    };
    current.computer_id = reviewer!.session_state.computer_id = null;
    await makeFolder('einstein', '/home/ohm/review');
    await write('agents.json', JSON.stringify(run), {
      ...{ [writer!.session_state.computer_id!]: 'gauss', cmp_tester: 'einstein' },
    });
    const { quickInput } = e2e.window;
    await resume('agents.json');
    const [gauss, einstein] = [await idOf('gauss'), await idOf('einstein')];
    await quickInput.waitForEntry('einstein');
    assert.deepEqual(
      (await quickInput.entries()).map(({ label, description }) => [label, description]),
      [
        ['gauss', `Writer · ${gauss}`],
        ['einstein', `Tester $(flame) · ${einstein}`],
      ],
    );
    await e2e.screenshot('several');
    await quickInput.cancel();
    await quickInput.waitForClosed();
    assert.equal((await tabNames()).length, 2);

    await resume('agents.json');
    await quickInput.waitForEntry('einstein');
    await quickInput.choose('einstein');
    await e2e.terminals.waitForText('ohm@einstein:~/review$ ');
    assert.equal(await starts('gauss'), 0);
  });

  e2e.it('the states in the lines of a file are asked about, too', async () => {
    await makeFolder('curie', '/home/ohm/b');
    const content = `${original('py-17d-two-states.jsonl')}{"type": "celesto",`;
    await write('states.jsonl', content, { cmp_4e9afbc02fff: 'gauss', cmp_second: 'curie' });
    await resume('states.jsonl');
    await e2e.window.quickInput.waitForEntry('curie');
    await e2e.screenshot('lines');
    await e2e.window.quickInput.choose('curie');
    await e2e.terminals.waitForText('ohm@curie:~/b$ ');
  });

  e2e.it('one that names no computer that is left is refused with the reason', async () => {
    const before = await tabNames();
    for (const [name, message] of [
      ['py-01-before-start.json', 'The session has not been started: there is no computer yet.'],
      [
        'py-11-default-deleted.json',
        "The agent's runner deletes the computer when a run stops. Nothing is left to attach to.",
      ],
      [
        'py-02-after-start.json',
        'There is no computer named cmp_7f53000094f6. Check the spelling and the organization.',
      ],
      ['py-31-smolvm-bound.json', 'vm-a1b2c3 runs on this machine. Local computers are not supported yet.'],
      [
        'js-06-runstate-unix_local.json',
        'The session in this file belongs to unix_local, not to a Celesto computer.',
      ],
    ] as const) {
      await write(name, original(name), {});
      await resume(name);
      await e2e.window.notifications.waitFor(message);
      await e2e.window.notifications.close(message);
    }
    assert.deepEqual(await tabNames(), before);
  });

  e2e.it('a stopped computer is started only after a yes', async () => {
    const { dialog } = e2e.window;
    const before = await tabNames();
    await write('stopped.json', original('py-18-bound-by-name.json').replace('"einstein"', '"gauss"'), {});
    await resume('stopped.json');
    await dialog.waitFor('Start gauss for the session in stopped.json?');
    assert.match(await dialog.text(), /The session's directory is \/home\/ohm\./);
    await e2e.screenshot('stopped');
    await dialog.press('Cancel');
    await e2e.window.quickInput.waitForClosed();
    assert.deepEqual([await starts('gauss'), await tabNames()], [0, before]);

    await resume('stopped.json');
    await dialog.waitFor('Start gauss for the session in stopped.json?');
    await dialog.press('Start');
    await e2e.terminals.waitForText('ohm@gauss:~$ ');
    assert.equal(await starts('gauss'), 1);
  });

  e2e.it('a computer that was stopped elsewhere a moment ago is not started unasked', async () => {
    const content = original('py-18-bound-by-name.json').replace('"einstein"', '"curie"');
    // As PowerShell writes the output of a program into a file.
    writeFileSync(join(e2e.folder, 'empty', 'stale.json'), Buffer.from(`\uFEFF${content}`, 'utf16le'));
    const curie = await idOf('curie');
    await e2e.window.runCommand('Celesto: Resume Saved Agent Session…');
    await e2e.window.quickInput.waitFor('Resume Saved Agent Session');
    await e2e.control.setStatus({ id: curie, status: 'stopped' });
    await e2e.window.quickInput.choose('stale.json');
    await e2e.window.dialog.waitFor('Start curie for the session in stale.json?');
    await e2e.window.dialog.press('Cancel');
    assert.equal(await starts('curie'), 0);
  });

  e2e.it('a computer that goes with its session is opened with a warning', async () => {
    await makeFolder('einstein', '/home/ohm/workspace');
    await write('goes.json', original('py-20-runstate-interrupted-defaults.json'), {
      cmp_b88fcea93758: 'einstein',
    });
    await resume('goes.json');
    await e2e.window.notifications.waitFor(
      "The agent's runner deletes einstein, with its files, when the session ends.",
    );
    await e2e.terminals.waitForText('ohm@einstein:~/workspace$ ');
    await e2e.screenshot('goes');
  });

  it('leaves the window without errors', () => assert.deepEqual(e2e.window.errors, []));
});
