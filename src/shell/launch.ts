import type { ShellWish, Size } from './session';
import { bashStartup } from './bash';
import { fishStartup } from './fish';
import { loginShell } from './loginShell';
import { prefaces, say } from './preface';
import { checkedName, compact, decoded, forAnyShell } from './quote';
import { keptByScreen } from './screen';
import { keptByTmux } from './tmux';
import { zshEnvironment } from './zsh';

/**
 * The command that a terminal is opened with: it begins the shell wished for, or goes back to it where it is kept. The first
 * thing it writes is a preface (see preface.ts) that tells which.
 * @returns undefined where a plain shell request does
 */
export function launchCommand(wish: ShellWish, size: Size): string | undefined {
  const { persistence, cwd, nonce } = wish;
  const name = checkedName(wish.name);
  if (persistence === 'off' && cwd.trim() === '' && nonce === undefined) return undefined;
  const script = compact(`
    shell=${decoded(1)} bash=${decoded(2)} zsh=${decoded(3)} fish=${decoded(4)}
    ${persistence === 'off' ? '' : keptByTmux(name, size)}
    ${persistence === 'auto' ? keptByScreen(name) : ''}
    ${say(prefaces.none)}
    set -- "$bash" "$zsh" "$fish"
    eval "$shell"
  `);
  const marks = nonce === undefined ? [] : [bashStartup(nonce), zshEnvironment(nonce), fishStartup(nonce)];
  return forAnyShell(script, loginShell(wish), ...marks);
}
