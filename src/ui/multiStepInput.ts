import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable';
import { isCancellation } from '../base/abort';

/** A choice of one step. */
export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

export interface PickOptions<T> {
  readonly placeholder: string;
  /** May still be on their way. The first is what Enter takes. */
  readonly choices: readonly Choice<T>[] | Promise<readonly Choice<T>[]>;
}

export interface NumberOptions {
  readonly prompt: string;
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

/** Thrown by the back button: the wizard goes one step back. */
class Back extends Error {}

/** One step: asks, and returns what is known now. */
export type InputStep<S> = (input: StepInput, state: S) => Promise<S>;

/**
 * Asks one thing after the other, with a way back. Rejects with a cancellation when the person leaves.
 * @returns the state after the last step
 */
export async function runMultiStepInput<S>(
  title: string,
  initial: S,
  steps: readonly InputStep<S>[],
): Promise<S> {
  const states: S[] = [initial];
  while (states.length <= steps.length) {
    const index = states.length - 1;
    const inputStep = steps[index];
    const state = states[index];
    if (!inputStep || state === undefined) break;
    try {
      states.push(await inputStep(new StepInput(title, index + 1, steps.length), state));
    } catch (error) {
      if (!(error instanceof Back)) throw error;
      states.pop();
    }
  }
  return states.at(-1) ?? initial;
}

/** The boxes of one step. */
export class StepInput {
  constructor(
    private readonly title: string,
    private readonly step: number,
    private readonly totalSteps: number,
  ) {}

  /** One of several. */
  async pick<T>(question: PickOptions<T>): Promise<T> {
    const box = vscode.window.createQuickPick<Choice<T>>();
    box.matchOnDescription = true;
    box.placeholder = question.placeholder;
    return this.ask(box, async (accept, fail) => {
      box.onDidAccept(() => {
        const [chosen] = box.selectedItems;
        if (chosen) accept(chosen.value);
      });
      box.busy = true;
      try {
        box.items = await question.choices;
      } catch (error) {
        if (!isCancellation(error)) fail(error as Error);
      }
      box.busy = false;
    });
  }

  /** A whole number within limits; another is refused with the limits named. */
  async number({ prompt, initial, min, max }: NumberOptions): Promise<number> {
    const box = vscode.window.createInputBox();
    box.prompt = vscode.l10n.t('{0} From {1} to {2}.', prompt, min, max);
    box.value = String(initial);
    const problem = (): string | undefined => {
      const value = Number(box.value);
      const good = /^\d+$/.test(box.value.trim()) && value >= min && value <= max;
      return good ? undefined : vscode.l10n.t('Give a whole number from {0} to {1}.', min, max);
    };
    return this.ask(box, (accept) => {
      box.onDidChangeValue(() => (box.validationMessage = problem()));
      box.onDidAccept(() => {
        box.validationMessage = problem();
        if (box.validationMessage === undefined) accept(Number(box.value));
      });
    });
  }

  private ask<T>(
    box: vscode.QuickInput & {
      buttons: readonly vscode.QuickInputButton[];
      onDidTriggerButton: vscode.Event<unknown>;
    },
    begin: (accept: (value: T) => void, fail: (error: Error) => void) => void | Promise<void>,
  ): Promise<T> {
    const disposables = new DisposableStore();
    disposables.add(box);
    box.title = this.title;
    box.step = this.step;
    box.totalSteps = this.totalSteps;
    box.ignoreFocusOut = true;
    if (this.step > 1) box.buttons = [vscode.QuickInputButtons.Back];
    const answer = new Promise<T>((resolve, reject) => {
      box.onDidTriggerButton(() => reject(new Back()));
      box.onDidHide(() => reject(new DOMException('Cancelled', 'AbortError')));
      void begin(resolve, reject);
    });
    box.show();
    return answer.finally(() => disposables.dispose());
  }
}
