import { type Computer, computerFrom } from '../../../../src/computers/computer';
import { wire } from '../../support/computers';

/** A running computer that names an SSH endpoint. */
export function sshComputer(id = 'cmp_1', ssh = 'ohm@127.0.0.1:2222'): Computer {
  return computerFrom(wire(id, 'running', { connection: { ssh, access_url: null } }));
}
