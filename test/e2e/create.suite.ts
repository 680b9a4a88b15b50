import assert from 'node:assert/strict';
import { describe } from 'node:test';
import type { E2eHarness } from './e2eHarness';

/** Tests of the wizard that creates a computer. */
export function createTests(e2e: E2eHarness): void {
  const creations = () => e2e.control.requests({ method: 'POST', path: '/computers$' });
  const names = async () => (await e2e.computers()).map(({ name }) => name);

  async function step(number: number, entry: string): Promise<void> {
    await e2e.window.quickInput.waitFor(`Create Computer (${number}/4)`);
    await e2e.window.quickInput.waitForEntry(entry);
  }

  /** Accepts the default of each step. */
  async function createByDefault(): Promise<void> {
    await e2e.window.runCommand('Celesto: Create Computer…');
    for (const [index, entry] of ['Scratch', 'Micro', 'Open', 'No persistent volume'].entries()) {
      await step(index + 1, entry);
      await e2e.screenshot(`create ${index + 1}`);
      await e2e.window.quickInput.accept();
    }
  }

  describe('creating a computer', () => {
    e2e.it('accepts each default with Enter, shows the computer at once and offers a terminal', async () => {
      const before = await names();
      await createByDefault();
      await e2e.window.notifications.waitFor(/is being created\. Open a terminal on it\?/);
      const name = (await names()).find((each) => !before.includes(each))!;
      await e2e.row(name).waitForDescription('being created · scratch · 1 CPU, 2 GB');
      await e2e.screenshot('created');
      const { body, headers } = (await creations())[0]!;
      assert.deepEqual(body, {
        template_id: 'scratch',
        size_id: 'micro',
        network_policy: { mode: 'open' },
        external_volume_enabled: false,
      });
      assert.match(String(headers['idempotency-key']), /^[0-9a-f]{32}$/);
      await e2e.window.notifications.press(/is being created/, 'Open Terminal');
      await e2e.terminals.waitForText(`ohm@${name}:~$ `);
      await e2e.row(name).waitForDescription('running');
      await e2e.terminals.enter('exit');
    });

    e2e.it('accepts a custom size within the limits, and goes back a step', async () => {
      const { quickInput, notifications } = e2e.window;
      await e2e.control.clearRequests();
      // A service with sizes refuses this one.
      await e2e.control.setFeatures({ billingSizes: false });
      await e2e.tree.pressTitleButton('Create Computer…');
      await step(1, 'Coding agent');
      await quickInput.choose('Coding agent');
      await step(2, 'Custom size…');
      await quickInput.choose('8 CPU');
      await step(3, 'Off');
      await quickInput.pressButton('Back');
      await step(2, 'Custom size…');
      await quickInput.choose('Custom size…');
      for (const [prompt, wrong, limits, right] of [
        ['Number of CPUs. From 1 to 16.', '17', 'Enter a whole number from 1 to 16.', '3'],
        ['Memory in MB. From 512 to 32768.', '511', 'Enter a whole number from 512 to 32768.', '2048'],
        ['Disk in MB. From 512 to 20480.', 'much', 'Enter a whole number from 512 to 20480.', '8192'],
      ] as const) {
        await quickInput.waitForMessage(prompt);
        await quickInput.fill(wrong);
        await quickInput.accept();
        await quickInput.waitForMessage(limits);
        await quickInput.fill(right);
        await quickInput.accept();
      }
      await step(3, 'Open');
      await quickInput.choose('Open');
      await step(4, 'Persistent volume at /home/ohm');
      await quickInput.choose('Persistent volume at /home/ohm');
      await notifications.waitFor(/is being created/);
      await notifications.close(/is being created/);
      assert.deepEqual(
        (await creations()).map(({ body }) => body),
        [
          {
            template_id: 'coding-agent',
            vcpus: 3,
            ram_mb: 2048,
            disk_size_mb: 8192,
            network_policy: { mode: 'open' },
            external_volume_enabled: true,
          },
        ],
      );
      await e2e.control.setFeatures({ billingSizes: true });
    });

    e2e.it("reports the plan's limit in the service's own words", async () => {
      const { notifications } = e2e.window;
      const answer = { status: 402, body: { detail: 'Your plan includes 3 computers at a time.' } };
      await e2e.control.addFault({ method: 'POST', path: '/computers$', answer });
      const before = await names();
      await createByDefault();
      await notifications.waitFor(
        /does not allow that.* It says: Your plan includes 3 computers at a time\./,
      );
      await e2e.screenshot('plan');
      await notifications.close(/plan/);
      assert.deepEqual(await names(), before);
    });

    e2e.it('creates one computer when a request without an answer is repeated', async () => {
      const { notifications } = e2e.window;
      await e2e.control.clearRequests();
      await e2e.control.addFault({ method: 'POST', path: '/computers$', when: 'after', drop: true });
      const before = await names();
      await createByDefault();
      await notifications.waitFor(/The computer may or may not have been created\./);
      await e2e.screenshot('lost answer');
      await notifications.press(/may or may not have been created/, 'Try Again');
      await notifications.waitFor(/is being created/);
      await notifications.close(/is being created/);
      assert.equal((await names()).length, before.length + 1);
      const keys = (await creations()).map(({ headers }) => headers['idempotency-key']);
      assert.equal(keys.length, 2);
      assert.equal(new Set(keys).size, 1);
    });
  });
}
