import * as vscode from 'vscode';
import { createIntent, type CelestoClient, type CreateIntent } from '../../api/client';
import { isApiError, ambiguousKinds } from '../../api/errors';
import { createLimits, type CreateRequest, type Template } from '../../api/wire';
import type { Computer } from '../../computers/computer';
import type { Lifecycle } from '../../computers/lifecycle';
import type { Terminals } from '../../terminal/terminals';
import type { Clock } from '../../base/clock';
import { formatMegabytes, escapeLinks } from '../../base/text';
import { formatSize, templateChoices, type Size } from '../../ui/templateChoices';
import { runMultiStepInput, type StepInput, type Choice } from '../../ui/multiStepInput';
import type { Handler } from '../../ui/registerCommands';
import { withProgress } from '../../ui/progress';
import type { Targets } from '../../ui/targets';

/** What is known so far. What stays open is left to the template. */
interface Wish {
  readonly template?: Template | undefined;
  readonly size?: Size | undefined;
  readonly network?: 'open' | 'off';
  readonly persistentVolume?: boolean;
}

/** Creating a computer: a few questions, each with a sensible first answer. */
export class CreateCommand {
  constructor(
    private readonly targets: Targets,
    private readonly client: Pick<CelestoClient, 'templates'>,
    private readonly lifecycle: Pick<Lifecycle, 'create'>,
    private readonly terminals: Terminals,
    private readonly clock: Clock,
    private readonly openAfterCreate: () => string,
  ) {}

  readonly create: Handler = async () => {
    await this.targets.ensureSignedIn();
    const wish = await runMultiStepInput<Wish>(vscode.l10n.t('Create Computer'), {}, [
      (boxes, known) => this.askTemplate(boxes, known),
      askSize,
      askNetwork,
      askVolume,
    ]);
    const computer = await this.send(createIntent(requestOf(wish)));
    if (computer) await this.offerTerminal(computer);
  };

  private async askTemplate(boxes: StepInput, wish: Wish): Promise<Wish> {
    const choices = templateChoices(this.client);
    return {
      ...wish,
      template: await boxes.pick({ placeholder: vscode.l10n.t('What is it for?'), choices }),
    };
  }

  /**
   * Sends the wish. A create is billed, so it is never repeated by itself. When the answer got lost a person may repeat
   * it: the same intent carries the same key, so that it makes one computer however often it arrives.
   */
  private async send(intent: CreateIntent): Promise<Computer | undefined> {
    for (;;) {
      try {
        return await withProgress(this.clock, vscode.l10n.t('Creating a computer…'), (signal) =>
          this.lifecycle.create(intent, signal),
        );
      } catch (error) {
        if (!isApiError(error, ...ambiguousKinds)) throw error;
        const again = vscode.l10n.t('Try Again');
        const question = vscode.l10n.t(
          '{0} It is not known whether the computer was created. Trying again creates one at most.',
          error.message,
        );
        if ((await vscode.window.showWarningMessage(escapeLinks(question), again)) !== again)
          return undefined;
      }
    }
  }

  private async offerTerminal(computer: Computer): Promise<void> {
    const wanted = this.openAfterCreate();
    if (wanted === 'never') return;
    const open = vscode.l10n.t('Open Terminal');
    const question = escapeLinks(
      vscode.l10n.t('{0} is being created. Open a terminal on it?', computer.name),
    );
    if (wanted !== 'always' && (await vscode.window.showInformationMessage(question, open)) !== open) return;
    this.terminals.create(computer);
  }
}

async function askSize(boxes: StepInput, wish: Wish): Promise<Wish> {
  const defaults = defaultSize(wish.template);
  const custom = 'custom';
  const choices: Choice<Size | typeof custom | undefined>[] = [
    { label: vscode.l10n.t("The template's own size"), description: formatSize(defaults), value: undefined },
    ...[1, 2, 4, 8].map((vcpus) => {
      const size = { vcpus, ramMb: vcpus * 2048, diskMb: defaults.diskMb };
      const description = vscode.l10n.t(
        '{0} memory, {1} disk',
        formatMegabytes(size.ramMb),
        formatMegabytes(size.diskMb),
      );
      return { label: vscode.l10n.t('{0} CPU', vcpus), description, value: size };
    }),
    {
      label: vscode.l10n.t('Another size…'),
      description: vscode.l10n.t('CPUs, memory and disk as you like'),
      value: custom,
    },
  ];
  const chosen = await boxes.pick({ placeholder: vscode.l10n.t('How large?'), choices });
  return { ...wish, size: chosen === custom ? await askCustomSize(boxes, defaults) : chosen };
}

async function askCustomSize(boxes: StepInput, defaults: Size): Promise<Size> {
  const vcpus = await boxes.number({
    prompt: vscode.l10n.t('Number of CPUs.'),
    initial: defaults.vcpus,
    ...createLimits.vcpus,
  });
  const ramMb = await boxes.number({
    prompt: vscode.l10n.t('Memory in MB.'),
    initial: defaults.ramMb,
    ...createLimits.ramMb,
  });
  const diskMb = await boxes.number({
    prompt: vscode.l10n.t('Disk in MB.'),
    initial: defaults.diskMb,
    ...createLimits.diskMb,
  });
  return { vcpus, ramMb, diskMb };
}

async function askNetwork(boxes: StepInput, wish: Wish): Promise<Wish> {
  const choices: Choice<'open' | 'off'>[] = [
    { label: vscode.l10n.t('Open'), description: vscode.l10n.t('It can reach the internet'), value: 'open' },
    {
      label: vscode.l10n.t('Off'),
      description: vscode.l10n.t('It cannot reach the internet; this stays so'),
      value: 'off',
    },
  ];
  return { ...wish, network: await boxes.pick({ placeholder: vscode.l10n.t('Network access?'), choices }) };
}

async function askVolume(boxes: StepInput, wish: Wish): Promise<Wish> {
  const choices: Choice<boolean>[] = [
    {
      label: vscode.l10n.t('No persistent volume'),
      description: vscode.l10n.t('Files live on its disk'),
      value: false,
    },
    {
      label: vscode.l10n.t('Persistent volume at /home/ohm'),
      description: vscode.l10n.t('Survives a stop and a restore'),
      value: true,
    },
  ];
  return {
    ...wish,
    persistentVolume: await boxes.pick({ placeholder: vscode.l10n.t('A persistent volume?'), choices }),
  };
}

function defaultSize(template: Template | undefined): Size {
  return {
    vcpus: template?.default_vcpus ?? 2,
    ramMb: template?.default_ram_mb ?? 4096,
    diskMb: template?.default_disk_size_mb ?? 10_240,
  };
}

function requestOf({ template, size, network, persistentVolume }: Wish): CreateRequest {
  return {
    ...(template && { template_id: template.id }),
    ...(size && { vcpus: size.vcpus, ram_mb: size.ramMb, disk_size_mb: size.diskMb }),
    network_policy: { mode: network ?? 'open' },
    external_volume_enabled: persistentVolume ?? false,
  };
}
