import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, before, describe, it } from 'node:test';
import type { JournalEntry } from '../emulator/journal';
import { until } from '../harness/until';
import { E2eHarness } from './e2eHarness';

describe('the size of a new computer', () => {
  const e2e = new E2eHarness('sizes', {
    seed: [],
    settings: { 'celesto.openAfterCreate': 'never' },
    userSettings: { 'celesto.defaultSize': 'standard' },
  });
  const own = "Template's default size";
  const creations = (): Promise<JournalEntry[]> =>
    e2e.control.requests({ method: 'POST', path: '/computers$' });

  before(() => {
    const folder = join(e2e.folder, 'empty', '.vscode');
    mkdirSync(folder, { recursive: true });
    const tasks = [
      { label: 'sized', size: 'micro' },
      { label: 'unknown', size: 'gigantic' },
      { label: 'by settings' },
      { label: 'misplaced', computer: 'einstein', size: 'micro' },
    ].map((task) => {
      const common = { type: 'celesto', computer: 'new', template: 'scratch', problemMatcher: [] };
      return { ...common, command: 'echo "done $((40+2))"', ...task };
    });
    writeFileSync(join(folder, 'tasks.json'), JSON.stringify({ version: '2.0.0', tasks }));
  });

  afterEach(async () => {
    for (const { name, status } of await e2e.computers())
      if (status !== 'deleting') await e2e.callFromOutside('DELETE', name);
    await until('none is left', async () => (await e2e.computers()).length === 0);
    await e2e.control.clearFaults();
    await e2e.control.clearRequests();
  });

  /** Waits for the empty list: VS Code offers the commands and the tasks once the extension is there. */
  async function untilEmpty(): Promise<void> {
    await e2e.window.page.getByText('You have no computers yet.').waitFor();
  }

  async function step(number: number, entry: string): Promise<void> {
    await e2e.window.quickInput.waitFor(`Create Computer (${number}/4)`);
    await e2e.window.quickInput.waitForEntry(entry);
  }

  /** Opens the wizard and chooses a template. */
  async function chooseTemplate(template: string): Promise<void> {
    await e2e.window.runCommand('Celesto: Create Computer…');
    await step(1, template);
    await e2e.window.quickInput.choose(template);
    await step(2, own);
  }

  async function choose(number: number, entry: string): Promise<void> {
    await step(number, entry);
    await e2e.window.quickInput.choose(entry);
  }

  /** Waits for a number of creates. @returns the body of the last one */
  async function sent(count = 1): Promise<unknown> {
    await until(`${count} creates`, async () => (await creations()).length === count);
    return (await creations()).at(-1)?.body;
  }

  const request = (template: string, fields: object): object => ({
    template_id: template,
    network_policy: { mode: 'open' },
    external_volume_enabled: false,
    ...fields,
  });

  e2e.it('is chosen from those of the service, the cheapest that fits first, and sent alone', async () => {
    await chooseTemplate('Coding agent');
    await e2e.screenshot('sizes');
    const entries = await e2e.window.quickInput.entries();
    assert.deepEqual(
      entries.map(({ label, description }) => `${label}: ${description}`),
      [
        "Standard: 2 CPU, 4 GB memory, 30 GB disk · $0.0600 an hour · template's own size",
        'Memory: 2 CPU, 8 GB memory, 40 GB disk · $0.0800 an hour',
        'Large: 4 CPU, 16 GB memory, 60 GB disk · $0.16 an hour',
        'XL: 8 CPU, 32 GB memory, 100 GB disk · $0.32 an hour',
        "Micro: 1 CPU, 2 GB memory, 20 GB disk · $0.0300 an hour · smaller than the template's default",
        "Small: 1 CPU, 4 GB memory, 25 GB disk · $0.0400 an hour · smaller than the template's default",
        `${own}: 2 CPU, 4 GB memory, 10 GB disk`,
      ],
    );
    await choose(2, 'Large');
    await choose(3, 'Open');
    await choose(4, 'No persistent volume');
    assert.deepEqual(await sent(), request('coding-agent', { size_id: 'large' }));
  });

  e2e.it('is that of the settings with Enter, and none where the template decides', async () => {
    await chooseTemplate('Scratch');
    await e2e.window.quickInput.accept();
    await choose(3, 'Open');
    await choose(4, 'No persistent volume');
    assert.deepEqual(await sent(), request('scratch', { size_id: 'standard' }));
    await chooseTemplate('Scratch');
    await choose(2, own);
    await choose(3, 'Open');
    await choose(4, 'No persistent volume');
    assert.deepEqual(await sent(2), request('scratch', {}));
  });

  e2e.it('is left to the template where the sizes cannot be read', async () => {
    const answer = { status: 403, body: { detail: 'Not for this key.' } };
    await e2e.control.addFault({ path: '/billing/sizes', times: 'always', answer });
    await chooseTemplate('Scratch');
    await e2e.screenshot('unreadable');
    assert.deepEqual(await e2e.window.quickInput.labels(), [own]);
    await e2e.window.quickInput.accept();
    await choose(3, 'Open');
    await choose(4, 'No persistent volume');
    assert.deepEqual(await sent(), request('scratch', {}));
  });

  e2e.it('goes without a question about the volume where there is no network', async () => {
    await chooseTemplate('Scratch');
    await choose(2, 'Micro');
    await step(3, 'Off');
    await e2e.screenshot('network');
    await e2e.window.quickInput.choose('Off');
    assert.deepEqual(await sent(), request('scratch', { size_id: 'micro', network_policy: { mode: 'off' } }));
    await e2e.window.quickInput.waitForClosed();
  });

  e2e.it('is asked for again where the plan refuses it, and everything else is kept', async () => {
    await e2e.control.setBilling({ plan: 'trial' });
    await chooseTemplate('Scratch');
    await choose(2, 'Large');
    await choose(3, 'Open');
    await step(4, 'No persistent volume');
    await e2e.screenshot('volume');
    await e2e.window.quickInput.choose('Persistent volume at /home/ohm');
    await e2e.window.quickInput.waitForPlaceholder('The trial allows only the size Micro.');
    await step(2, own);
    await e2e.screenshot('refused');
    const ordered = ['Micro', 'Small', 'Standard', 'Memory', 'Large', 'XL', own];
    assert.deepEqual(await e2e.window.quickInput.labels(), ordered);
    await e2e.window.quickInput.accept();
    assert.deepEqual(await sent(2), request('scratch', { size_id: 'micro', external_volume_enabled: true }));
    const keys = (await creations()).map(({ headers }) => headers['idempotency-key']);
    assert.equal(new Set(keys).size, 2);
    await until('it is there', async () => (await e2e.computers()).length === 1);
  });

  e2e.it('stays marked as refused in a new window, until the organization is switched', async () => {
    await e2e.window.reload();
    await untilEmpty();
    await chooseTemplate('Coding agent');
    const marked = (await e2e.window.quickInput.entries()).filter(({ description }) =>
      description.endsWith('refused'),
    );
    assert.deepEqual(
      marked.map(({ label }) => label),
      ['Standard', 'Memory', 'Large', 'XL', 'Small'],
    );
    await e2e.window.quickInput.cancel();
    for (const organization of ['Analytical Engines', 'Personal']) {
      await e2e.window.runCommand('Celesto: Switch Organization…');
      await e2e.window.quickInput.waitForEntry(organization);
      await e2e.window.quickInput.choose(organization);
    }
    await chooseTemplate('Coding agent');
    assert.equal((await e2e.window.quickInput.labels())[0], 'Standard');
    await e2e.window.quickInput.cancel();
    await e2e.control.setBilling({});
  });

  e2e.it('is asked for where the service demands one; going back asks for the rest again', async () => {
    await e2e.control.setFeatures({ sizeRequired: true });
    await chooseTemplate('Scratch');
    await choose(2, own);
    await choose(3, 'Off');
    await e2e.window.quickInput.waitForPlaceholder('A size is required.');
    await step(2, 'Micro');
    assert.equal((await e2e.window.quickInput.labels()).at(-1), own);
    await e2e.window.quickInput.pressButton('Back');
    await choose(1, 'Coding agent');
    await choose(2, 'Small');
    await step(3, 'Off');
    // The earlier answer is the active one.
    await e2e.window.quickInput.accept();
    const fields = { size_id: 'small', network_policy: { mode: 'off' } };
    assert.deepEqual(await sent(2), request('coding-agent', fields));
    await e2e.control.setFeatures({ sizeRequired: false });
  });

  e2e.it('goes with a template of the organization, if that can be used', async () => {
    const { quickInput, notifications } = e2e.window;
    const { id } = await e2e.control.seedTemplate({ name: 'Tools', status: 'needs_rebuild' });
    await e2e.control.seedTemplate({ name: 'Later', status: 'building' });
    await e2e.control.seedTemplate({ name: 'Broken', status: 'failed', script: 'echo begun\nexit 3' });
    await e2e.window.runCommand('Celesto: Create Computer…');
    await step(1, 'Tools');
    await e2e.screenshot('custom templates');
    assert.deepEqual(
      (await quickInput.entries()).slice(3).map(({ label, description }) => `${label}: ${description}`),
      ['Tools: needs a rebuild', 'Later: being built', 'Broken: failed'].map((each) =>
        each.replace(': ', ': 2 CPU, 4 GB memory, 10 GB disk · custom template · '),
      ),
    );
    await quickInput.choose('Later');
    await quickInput.waitForPlaceholder('Later is being built. Select another template.');
    await quickInput.choose('Broken');
    const reason =
      /The template Broken could not be built\. Line 2 of the build script failed with exit code 3\./;
    await notifications.waitFor(reason);
    await quickInput.waitForClosed();
    assert.deepEqual(await notifications.buttons(reason), ['Show Build Log', 'Rebuild']);
    await notifications.press(reason, 'Show Build Log');
    await e2e.window.page.locator('.part.editor', { hasText: 'echo begun' }).waitFor();
    assert.deepEqual(await creations(), []);
    await chooseTemplate('Tools');
    await choose(2, 'Standard');
    await choose(3, 'Open');
    await choose(4, 'No persistent volume');
    assert.deepEqual(await sent(), request(id, { size_id: 'standard' }));
  });

  async function runTask(label: string): Promise<void> {
    await untilEmpty();
    await e2e.window.runCommand('Tasks: Run Task');
    await e2e.window.quickInput.choose(label);
  }

  async function untilDone(): Promise<void> {
    await e2e.terminals.waitForText(/done 42\s+exit 0 [^]*The computer of this command was deleted/);
    await until('it is gone', async () => (await e2e.computers()).length === 0);
  }

  e2e.it('is named by a task, which creates nothing until its folder is allowed to', async () => {
    const { dialog } = e2e.window;
    await runTask('sized');
    await dialog.waitFor('Allow the tasks of the folder empty to create computers?');
    await e2e.screenshot('consent');
    assert.match(await dialog.text(), /The task "sized" creates a computer, .*billed while it exists/);
    await dialog.press('Cancel');
    await e2e.terminals.waitForText(/cancelled/);
    assert.deepEqual(await creations(), []);
    await runTask('sized');
    await dialog.press('Allow');
    await untilDone();
    assert.deepEqual(await sent(), request('scratch', { size_id: 'micro' }));
  });

  e2e.it('that a task names wrongly is told with those that exist', async () => {
    await runTask('unknown');
    await e2e.terminals.waitForText(
      /There is no size gigantic\. Sizes: micro, small, standard, memory, large, xl\./,
    );
    await e2e.terminals.waitForText(/exit code: 1/);
    await runTask('misplaced');
    await e2e.terminals.waitForText(/"size" is for a new computer only\./);
    assert.deepEqual(await creations(), []);
  });

  e2e.it(
    'of a task is that of the settings; where it is refused, another one is asked for once',
    async () => {
      const { quickInput } = e2e.window;
      await e2e.control.setBilling({ plan: 'trial' });
      await runTask('by settings');
      await quickInput.waitFor('Run on a Temporary Computer');
      await quickInput.waitForPlaceholder('The trial allows only the size Micro.');
      await quickInput.waitForEntry('Micro');
      await e2e.screenshot('task refused');
      await quickInput.choose('Micro');
      await untilDone();
      const sizes = async () => (await creations()).map(({ body }) => (body as { size_id?: string }).size_id);
      assert.deepEqual(await sizes(), ['standard', 'micro']);
      await runTask('by settings');
      await until('it is created at once', async () => (await creations()).length === 3);
      assert.deepEqual(await sizes(), ['standard', 'micro', 'micro']);
      await untilDone();
      await e2e.control.setBilling({});
    },
  );

  it('leaves the window without errors', () => assert.deepEqual(e2e.window.errors, []));
});
