/** A command line ready to be spawned. */
export interface Argv {
  file: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  /** True when the process spawned is only a way in, and what was asked for is its child. */
  isDoor: boolean;
}

/** How to log in on a terminal; see pty.py. */
export interface Login {
  /** What runs on the terminal. */
  argv: Argv;
  /** The computer's folder of terminals, as seen from outside; empty when it uses those of this system. */
  pts: string;
  /** Id of the user whom the terminal belongs to. */
  owner: number;
}

/** Where one computer's processes run and its files lie. Ways to do it: see namespaces.ts and plain.ts. */
export interface Machine {
  /** The person one logs in as. */
  readonly user: string;
  /** The home folder, as seen from outside; it survives stop and start. */
  readonly home: string;
  /** The folder of host keys and sshd_config, as seen from outside. */
  readonly ssh: string;
  /** The same folder, as seen from inside. */
  readonly sshInside: string;
  /** Lines of sshd_config that this kind of machine needs besides the common ones. */
  readonly sshdConfig: string[];
  /**
   * Brings the machine up, without sshd. Makes its files the first time.
   * @param without names of programs that are not to be found on it
   * @throws when this kind of machine has all programs or none
   */
  boot(without: readonly string[]): Promise<void>;
  /** Ends every process of the machine; its files stay. */
  halt(): Promise<void>;
  /** Its processes, as this machine numbers them; none where the system does not show them. */
  processes(): number[];
  /** How to run a daemon inside. */
  daemon(file: string, args: string[]): Argv;
  /** How to run a shell command line inside, as the user, in the home folder. */
  shell(command: string): Argv;
  /** How to run a login shell on a terminal, as the user, in the home folder. */
  login(): Login;
}

/** Makes the machine of one computer; `folder` is its own and persistent. */
export type MachineFactory = (folder: string, name: string) => Machine;

/** What the terminals of a computer can do, in the words of terminfo. */
export const terminalType = 'xterm-256color';

/** Environment a login on a computer starts with. */
export function loginEnvironment(user: string, home: string): Record<string, string> {
  const lang = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';
  const path = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';
  return { HOME: home, USER: user, LOGNAME: user, SHELL: '/bin/bash', LANG: lang, PATH: path };
}
