import { t } from '@vscode/l10n';
import changeDirectoryScript from './changeDirectory.sh';
import loginShellScript from './loginShell.sh';
import { minifyScript } from './minifyScript';
import { quote } from './quoting';
import type { ShellOptions } from './shellSession';
import startIntegratedShell from './startIntegratedShell.sh';

/**
 * A POSIX script that becomes the user's login shell, as sshd starts one where no command is requested: with the message of
 * the day, in the requested directory. It leaves no file behind and changes none of the user's. For shell integration,
 * bash, zsh and fish begin with `$1`, `$2` and `$3`.
 */
export function loginShell({ cwd, nonce }: Pick<ShellOptions, 'cwd' | 'nonce'>): string {
  return minifyScript(loginShellScript, {
    changeDirectory: cwd.trim() === '' ? '' : changeDirectory(cwd.trim()),
    startIntegratedShell: nonce === undefined ? '' : startIntegratedShell,
  });
}

function changeDirectory(directory: string): string {
  return minifyScript(changeDirectoryScript, {
    directory: quote(directory),
    notFoundMessage: quote(t('There is no directory {0} here.', directory)),
  });
}
