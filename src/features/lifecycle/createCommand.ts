import * as vscode from 'vscode';
import { ambiguousKinds } from '../../api/apiErrorKinds';
import { isApiError } from '../../api/apiErrors';
import { type CreateIntent, createIntent } from '../../api/client';
import { isSizeRefusal } from '../../api/sizeRefusal';
import type { Clock } from '../../base/clock';
import type { Computer } from '../../computers/computer';
import { createRequest } from '../../computers/createRequest';
import type { Lifecycle } from '../../computers/lifecycle';
import type { SizeMemory } from '../../computers/sizeMemory';
import type { Terminals } from '../../terminal/terminals';
import type { CommandTargets } from '../../ui/commandTargets';
import { withProgress } from '../../ui/progress';
import { inform, warn } from '../../ui/prompts';
import type { Handler } from '../../ui/registerCommands';
import { CreateInputs, type CreateInputsDeps } from './createInputs';

export interface CreateCommandDeps extends CreateInputsDeps {
  readonly targets: CommandTargets;
  readonly sizeMemory: SizeMemory;
  readonly lifecycle: Pick<Lifecycle, 'create'>;
  readonly terminals: Pick<Terminals, 'create'>;
  readonly clock: Clock;
  readonly openAfterCreate: () => string;
}

/** Creates a computer as the user describes it in a multi-step input, and opens a terminal on it. */
export class CreateCommand {
  constructor(private readonly deps: CreateCommandDeps) {}

  readonly create: Handler = async () => {
    await this.deps.targets.ensureSignedIn();
    const computer = await this.askAndSend();
    if (computer) await this.offerTerminal(computer);
  };

  /** Asks for another size as long as the service refuses the one that was chosen. Each request has a key of its own. */
  private async askAndSend(): Promise<Computer | undefined> {
    const { sizeMemory } = this.deps;
    const inputs = new CreateInputs(this.deps);
    let choices = await inputs.ask();
    for (;;) {
      const request = createRequest(choices);
      await sizeMemory.noteChosen(request);
      try {
        return await this.send(createIntent(request));
      } catch (error) {
        if (!isSizeRefusal(error)) throw error;
        await sizeMemory.noteRefused(request, error);
        choices = await inputs.askAnotherSize(error);
      }
    }
  }

  /**
   * Sends the create. It is billed, so it is never retried without a question. After an ambiguous error the user may retry:
   * the intent keeps its idempotency key, so that it creates one computer however often it arrives.
   */
  private async send(intent: CreateIntent): Promise<Computer | undefined> {
    const { clock, lifecycle } = this.deps;
    for (;;) {
      try {
        return await withProgress(clock, vscode.l10n.t('Creating a computer…'), (signal) =>
          lifecycle.create(intent, signal),
        );
      } catch (error) {
        if (!isApiError(error, ...ambiguousKinds)) throw error;
        const tryAgain = vscode.l10n.t('Try Again');
        const question = vscode.l10n.t(
          '{0} The computer may or may not have been created. Trying again will not create a second one.',
          error.message,
        );
        if ((await warn(question, tryAgain)) !== tryAgain) return undefined;
      }
    }
  }

  private async offerTerminal(computer: Computer): Promise<void> {
    const { openAfterCreate, terminals } = this.deps;
    const setting = openAfterCreate();
    if (setting === 'never') return;
    const open = vscode.l10n.t('Open Terminal');
    const question = vscode.l10n.t('{0} is being created. Open a terminal on it?', computer.name);
    if (setting !== 'always' && (await inform(question, open)) !== open) return;
    terminals.create(computer);
  }
}
