import { showHostKeyError } from '../features/sshKeys/hostKeyPrompts';
import { offerWayOut } from '../ui/showError';

/** Adds to a failure that a terminal has printed already: a warning that must not be missed, or buttons for the next step. */
export function showFailure(error: unknown): void {
  showHostKeyError(error);
  offerWayOut(error);
}
