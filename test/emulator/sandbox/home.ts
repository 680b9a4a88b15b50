import { chownSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Creates a home folder with a prompt like `ohm@einstein:~$`, unless it exists. */
export function makeHome(home: string, host: string, owner?: number): void {
  if (existsSync(home)) return;
  const files = {
    '.profile': '[ -f ~/.bashrc ] && . ~/.bashrc\n',
    '.bashrc': `case $- in *i*) ;; *) return ;; esac\nPS1='\\u@${host}:\\w\\$ '\nalias ls='ls --color=auto'\n`,
  };
  mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text, { mode: 0o644 });
  if (owner === undefined) return;
  for (const name of ['', '.ssh', ...Object.keys(files)]) chownSync(join(home, name), owner, owner);
}
