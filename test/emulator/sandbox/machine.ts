/** A command line ready to be spawned. */
export interface Argv {
  file: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  /** True when the spawned process only enters the machine, and the program is its child. */
  isWrapper: boolean;
}

/** Parameters of a login on a terminal; see pty.py. */
export interface Login {
  /** The program on the terminal. */
  argv: Argv;
  /** The computer's /dev/pts, as seen from outside; empty when it uses that of this system. */
  pts: string;
  /** Id of the user who owns the terminal. */
  owner: number;
}

/** The system that one computer's processes and files are in. Implemented in namespaces.ts and plain.ts. */
export interface Machine {
  /** The user of logins. */
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
   * Boots the machine, without sshd. Creates its files the first time.
   * @param without names of programs to hide from it
   * @throws if this kind of machine cannot hide programs
   */
  boot(without: readonly string[]): Promise<void>;
  /** Kills every process of the machine; its files stay. */
  halt(): Promise<void>;
  /** Ids of its processes in the host's namespace; none where the system does not show them. */
  processes(): number[];
  /** @returns the command line that runs a daemon inside */
  daemon(file: string, args: string[]): Argv;
  /** @returns the command line that runs a shell command inside, as the user, in the home folder */
  shell(command: string): Argv;
  /** @returns the parameters of a login shell on a terminal, as the user, in the home folder */
  login(): Login;
}

/** Creates the machine of one computer; `folder` is its own and persistent. */
export type MachineFactory = (folder: string, name: string) => Machine;

/** TERM of the terminals of a computer. */
export const terminalType = 'xterm-256color';

/** Environment variables of a login on a computer. */
export function loginEnvironment(user: string, home: string): Record<string, string> {
  const lang = process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8';
  const path = '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin';
  return { HOME: home, USER: user, LOGNAME: user, SHELL: '/bin/bash', LANG: lang, PATH: path };
}
