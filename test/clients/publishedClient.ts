import { execFile, type ExecFileException } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { clientFolder } from '../tools/publishedClients';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Milliseconds for one command. The old client alone imports for several seconds on a busy machine. */
const timeoutMs = 120_000;

/** One version of the service's published command line, unmodified, with a home folder and an environment of its own. */
export class PublishedClient {
  private readonly env: Record<string, string>;
  private readonly packages: string;

  /** @param variables of its environment that name the service and the key */
  constructor(version: string, home: string, variables: Readonly<Record<string, string>> = {}) {
    mkdirSync(home, { recursive: true });
    this.packages = clientFolder(version);
    this.env = {
      PATH: process.env.PATH ?? '',
      HOME: home,
      LANG: 'C.UTF-8',
      TERM: 'xterm',
      // Wide, and without colors, so that no text is cut or styled.
      COLUMNS: '200',
      NO_COLOR: '1',
      PYTHONPATH: this.packages,
      PYTHONDONTWRITEBYTECODE: '1',
      PYTHON_KEYRING_BACKEND: 'keyring.backends.null.Keyring',
      CELESTO_NO_TELEMETRY: '1',
      CELESTO_DISABLE_VERSION_CHECK: '1',
      ...variables,
    };
  }

  /** Runs `celesto` with arguments. */
  run(...args: string[]): Promise<Ended> {
    return this.execute('python3', [join(this.packages, 'bin', 'celesto'), ...args]);
  }

  /** Runs it, and parses the JSON that it prints. @throws when it prints something else */
  async json<T>(...args: string[]): Promise<T> {
    // Options after `--` belong to a command for a computer.
    const end = args.includes('--') ? args.indexOf('--') : args.length;
    const { stdout, stderr } = await this.run(...args.slice(0, end), '--json', ...args.slice(end));
    try {
      return JSON.parse(stdout) as T;
    } catch (error) {
      throw new Error(`celesto ${args.join(' ')}: ${stdout}${stderr}`, { cause: error });
    }
  }

  /** Runs it in a terminal, and types a line once the prompt appears. */
  type(prompt: string, line: string, ...args: string[]): Promise<Ended> {
    const typeInPty = join(import.meta.dirname, 'typeInPty.py');
    const celesto = ['python3', join(this.packages, 'bin', 'celesto'), ...args];
    return this.execute('python3', [typeInPty, prompt, line, ...celesto]);
  }

  /** Runs a Python program with its packages. */
  python(program: string): Promise<Ended> {
    return this.execute('python3', ['-c', program]);
  }

  private execute(file: string, args: string[]): Promise<Ended> {
    return new Promise((resolve) => {
      const options = { env: this.env, timeout: timeoutMs };
      const child = execFile(file, args, options, (error: ExecFileException | null, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? 124), stdout, stderr }),
      );
      child.stdin?.end();
    });
  }
}
