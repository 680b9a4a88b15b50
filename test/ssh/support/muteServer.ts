import type { AddressInfo } from 'node:net';
import { after } from 'node:test';
import ssh2, { type Server } from 'ssh2';
import { parsePublicKey, type PublicKey } from '../../../src/ssh/fingerprint';
import { OwnKey, type KeyPair } from '../../../src/ssh/ownKey';
import { silentLog } from '../../../src/util/log';
import { MemorySecrets } from '../../unit/ssh/support/memory';

/** An SSH server that is asked for a login and never answers: a fault that no sshd can be brought to. */
export class MuteServer {
  /** How many wait for an answer. */
  asked = 0;
  open = 0;
  private readonly server: Server;

  private constructor(private readonly pair: KeyPair) {
    this.server = new ssh2.Server({ hostKeys: [pair.privateKey] }, (client) => {
      this.open += 1;
      client.on('authentication', () => (this.asked += 1));
      client.on('close', () => (this.open -= 1));
      client.on('error', () => undefined);
    });
  }

  static async start(): Promise<MuteServer> {
    const mute = new MuteServer(await new OwnKey(new MemorySecrets(), silentLog).get());
    await new Promise<void>((resolve) => mute.server.listen(0, '127.0.0.1', resolve));
    after(() => mute.server.close());
    return mute;
  }

  get hostKey(): PublicKey {
    return parsePublicKey(this.pair.publicLine)!;
  }

  get endpoint(): string {
    return `ohm@127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
}
