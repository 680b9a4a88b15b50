import launchShellScript from './launchShell.sh';
import { loginShell } from './loginShell';
import { minifyScript } from './minifyScript';
import { persistInMultiplexer } from './persistenceFallback';
import { assertShellName, decodedArgument, wrapForAnyShell } from './quoting';
import { bashIntegration, fishIntegration, zshIntegration } from './shellIntegration';
import type { ShellOptions, Size } from './shellSession';
import { printCommand, startMarkers } from './startMarker';

/**
 * The command that a terminal requests: it begins the shell, or attaches to it where it persists. The first thing that it
 * prints is a start marker (startMarker.ts), which tells what persists the shell.
 * @returns undefined where a plain shell request does
 */
export function launchCommand(options: ShellOptions, size: Size): string | undefined {
  const { persistence, cwd, nonce } = options;
  assertShellName(options.name);
  if (persistence === 'off' && cwd.trim() === '' && nonce === undefined) return undefined;
  const script = minifyScript(launchShellScript, {
    shell: decodedArgument(1),
    bash: decodedArgument(2),
    zsh: decodedArgument(3),
    fish: decodedArgument(4),
    persistInMultiplexer: persistInMultiplexer(options, size),
    printStartMarker: printCommand(startMarkers.none),
  });
  const integrations =
    nonce === undefined ? [] : [bashIntegration(nonce), zshIntegration(nonce), fishIntegration(nonce)];
  return wrapForAnyShell(script, loginShell(options), ...integrations);
}
