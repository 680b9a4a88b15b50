import * as vscode from 'vscode';
import { cancellation, isCancellation } from '../base/abort';
import { DisposableStore } from '../base/disposable';

/** An item of a quick pick, with the value it stands for. */
export interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
  /** True for the one that Enter takes; default: the first one. */
  readonly isActive?: boolean;
}

export interface PickOptions<T> {
  /** May still be loading, as the choices. */
  readonly placeholder: string | Promise<string>;
  /** May still be loading. */
  readonly choices: readonly Choice<T>[] | Promise<readonly Choice<T>[]>;
}

export interface NumberOptions {
  readonly prompt: string;
  readonly initial: number;
  readonly min: number;
  readonly max: number;
}

/** Thrown by the back button: the previous step is shown again. */
class BackError extends Error {}

/** Asks for one thing and returns the state with the answer in it. */
export type InputStep<S> = (input: StepInput, state: S) => Promise<S>;

/**
 * Runs the steps one after the other, with a back button.
 * @param first index of the step to begin with; the back button leads to those before it
 * @throws a cancellation when the user closes an input
 * @returns the state after the last step
 */
export async function runMultiStepInput<S>(
  title: string,
  initial: S,
  steps: readonly InputStep<S>[],
  first = 0,
): Promise<S> {
  const states = Array.from({ length: first + 1 }, () => initial);
  while (states.length <= steps.length) {
    const index = states.length - 1;
    const runStep = steps[index];
    const state = states[index];
    if (!runStep || state === undefined) break;
    try {
      states.push(await runStep(new StepInput(title, index + 1, steps.length), state));
    } catch (error) {
      if (!(error instanceof BackError)) throw error;
      states.pop();
    }
  }
  return states.at(-1) ?? initial;
}

/** The inputs of one step. */
export class StepInput {
  constructor(
    private readonly title: string,
    private readonly step: number,
    private readonly totalSteps: number,
  ) {}

  /** Shows a quick pick. */
  async pick<T>({ placeholder, choices }: PickOptions<T>): Promise<T> {
    const box = vscode.window.createQuickPick<Choice<T>>();
    box.matchOnDescription = true;
    return this.show(box, async (accept, fail) => {
      box.onDidAccept(() => {
        const [chosen] = box.selectedItems;
        if (chosen) accept(chosen.value);
      });
      box.busy = true;
      try {
        box.placeholder = await placeholder;
        box.items = await choices;
        const active = box.items.find(({ isActive }) => isActive);
        if (active) box.activeItems = [active];
      } catch (error) {
        if (!isCancellation(error)) fail(error as Error);
      }
      box.busy = false;
    });
  }

  /** Shows an input box for a whole number; validation names the limits. */
  async number({ prompt, initial, min, max }: NumberOptions): Promise<number> {
    const box = vscode.window.createInputBox();
    box.prompt = vscode.l10n.t('{0} From {1} to {2}.', prompt, min, max);
    box.value = String(initial);
    const validate = (): string | undefined => {
      const value = Number(box.value);
      const isValid = /^\d+$/.test(box.value.trim()) && value >= min && value <= max;
      return isValid ? undefined : vscode.l10n.t('Enter a whole number from {0} to {1}.', min, max);
    };
    return this.show(box, (accept) => {
      box.onDidChangeValue(() => (box.validationMessage = validate()));
      box.onDidAccept(() => {
        box.validationMessage = validate();
        if (box.validationMessage === undefined) accept(Number(box.value));
      });
    });
  }

  /** Shows an input as this step, with a back button from the second step on. */
  private show<T>(
    box: vscode.QuickInput & {
      buttons: readonly vscode.QuickInputButton[];
      onDidTriggerButton: vscode.Event<unknown>;
    },
    listen: (accept: (value: T) => void, fail: (error: Error) => void) => void | Promise<void>,
  ): Promise<T> {
    const disposables = new DisposableStore();
    disposables.add(box);
    box.title = this.title;
    box.step = this.step;
    box.totalSteps = this.totalSteps;
    box.ignoreFocusOut = true;
    if (this.step > 1) box.buttons = [vscode.QuickInputButtons.Back];
    const answer = new Promise<T>((resolve, reject) => {
      box.onDidTriggerButton(() => reject(new BackError()));
      box.onDidHide(() => reject(cancellation()));
      void listen(resolve, reject);
    });
    box.show();
    return answer.finally(() => disposables.dispose());
  }
}
