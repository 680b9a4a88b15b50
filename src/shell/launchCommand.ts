import type { ShellOptions, Size } from './session';
import { bashStartup } from './bash';
import { fishStartup } from './fish';
import { loginShell } from './loginShell';
import { startMarkers, printCommand } from './startMarker';
import { assertShellName, compact, decodedArgument, wrapForAnyShell } from './quoting';
import { persistInScreen } from './gnuScreen';
import { persistInTmux } from './tmux';
import { zshEnvironment } from './zsh';

/**
 * The command that a terminal is opened with: it begins the shell wished for, or goes back to it where it is kept. The first
 * thing it writes is a preface (see preface.ts) that tells which.
 * @returns undefined where a plain shell request does
 */
export function launchCommand(wish: ShellOptions, size: Size): string | undefined {
  const { persistence, cwd, nonce } = wish;
  const name = assertShellName(wish.name);
  if (persistence === 'off' && cwd.trim() === '' && nonce === undefined) return undefined;
  const script = compact(`
    shell=${decodedArgument(1)} bash=${decodedArgument(2)} zsh=${decodedArgument(3)} fish=${decodedArgument(4)}
    ${persistence === 'off' ? '' : persistInTmux(name, size)}
    ${persistence === 'auto' ? persistInScreen(name) : ''}
    ${printCommand(startMarkers.none)}
    set -- "$bash" "$zsh" "$fish"
    eval "$shell"
  `);
  const marks = nonce === undefined ? [] : [bashStartup(nonce), zshEnvironment(nonce), fishStartup(nonce)];
  return wrapForAnyShell(script, loginShell(wish), ...marks);
}
