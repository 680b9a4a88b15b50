import type { Computer } from '../../../src/computers/computer';
import { parsePublicKey } from '../../../src/ssh/hostKeys/fingerprint';
import { freePort } from '../../emulator/ports';
import { until } from '../../harness/until';
import type { Installation } from './installation';
import type { Service } from './service';

/** A further sshd on a computer, run by its user, with settings of its own. */
export class CustomSshd {
  private constructor(
    private readonly service: Service,
    private readonly folder: string,
    /** The computer, seen through this sshd. */
    readonly computer: Computer,
  ) {}

  /** @param settings lines of sshd_config */
  static async start(service: Service, name: string, ...settings: string[]): Promise<CustomSshd> {
    const port = await freePort('127.0.0.1', new Set());
    const folder = `/home/ohm/sshd-${port}`;
    const config = [
      'ListenAddress 127.0.0.1',
      `Port ${port}`,
      `HostKey ${folder}/key`,
      `PidFile ${folder}/pid`,
      'UsePAM no',
      'PasswordAuthentication no',
      'KbdInteractiveAuthentication no',
      ...settings,
    ];
    const key =
      settings
        .find((line) => line.startsWith('# host key of the kind '))
        ?.split(' ')
        .at(-1) ?? 'ed25519';
    const lines = config.map((line) => `'${line}'`).join(' ');
    const output = await service.run(
      name,
      `mkdir ${folder} && cd ${folder} && printf '%s\\n' ${lines} > config &&
       ssh-keygen -q -t ${key} -N '' -f key && /usr/sbin/sshd -f $PWD/config -E $PWD/log 2>&1`,
    );
    const sshd = new CustomSshd(service, folder, await service.computer(name, `ohm@127.0.0.1:${port}`));
    await until(
      () => `sshd to be up (${output})`,
      () => service.run(name, `cat ${folder}/pid 2>/dev/null`),
    );
    return sshd;
  }

  /** Makes a user known here: their key is on the computer, and they know this server's. */
  async welcome(installation: Installation): Promise<void> {
    const { publicLine } = await installation.extensionKey.get();
    const hostKey = parsePublicKey(await this.service.run(this.computer.name, `cat ${this.folder}/key.pub`))!;
    await this.service.run(this.computer.name, `echo '${publicLine}' >> ~/.ssh/authorized_keys`);
    installation.knownComputers.update(this.computer.id, 'ssh', {
      hostKeys: [hostKey.blob.toString('base64')],
      installedKey: publicLine,
    });
  }

  /** Returns its log so far. */
  log(): Promise<string> {
    return this.service.run(this.computer.name, `cat ${this.folder}/log`);
  }

  async stop(): Promise<void> {
    await this.service.run(this.computer.name, `kill $(cat ${this.folder}/pid)`);
  }
}
