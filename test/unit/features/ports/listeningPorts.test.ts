import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { listPortsCommand, parseListeningPorts } from '../../../../src/features/ports/listeningPorts';

const header =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const socket = (local: string, state: string, inode: number): string =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0000000000000000 100 0 0 10 0`;

describe('the listening ports', () => {
  it('are parsed from the files of /proc', () => {
    const lines = [
      header,
      socket('0100007F:0BB8', '0A', 11),
      socket('00000000:1F90', '0A', 12),
      socket('0100007F:1234', '01', 13),
      header,
      socket('00000000000000000000000001000000:14E9', '0A', 14),
      socket('00000000000000000000000000000000:1F90', '0A', 15),
      '/proc/1/fd:',
      '/proc/200/fd:',
      'lrwx------ 1 ohm ohm 64 Jan  1 00:00 18 -> socket:[11]',
      '/proc/300/fd:',
      'lrwx------ 1 ohm ohm 64 Jan  1 00:00 3 -> socket:[15]',
      'lrwx------ 1 ohm ohm 64 Jan  1 00:00 4 -> socket:[99]',
      '/proc/1/comm:init',
      '/proc/200/comm:no\u001bde (dev)',
      '/proc/300/comm:python3',
    ];
    assert.deepEqual(parseListeningPorts(lines.join('\n')), [
      { port: 3000, process: 'node (dev)' },
      { port: 5353, process: undefined },
      { port: 8080, process: 'python3' },
    ]);
  });

  it('are none without readable files', () => {
    for (const output of ['', 'sh: cat: not found\n', '0: zz:0BB8 x 0A', '   0: 0100007F:0BB8'])
      assert.deepEqual(parseListeningPorts(output), []);
  });

  it('are listed by this machine, with the process that listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const found = parseListeningPorts(await text(spawn('sh', ['-c', listPortsCommand]).stdout));
      assert.equal(typeof found.find((one) => one.port === port)?.process, 'string');
    } finally {
      server.close();
    }
  });
});
