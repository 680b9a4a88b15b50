import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer } from 'node:tls';

/**
 * An HTTP proxy (CONNECT, RFC 9110 section 9.3.6) and one TLS host behind it, whose name only the proxy resolves. The
 * host forwards its connections to a server of this machine.
 */
export class ConnectProxy {
  /** Hosts and ports of all CONNECT requests. */
  readonly requested: string[] = [];
  /** The server that the host forwards to. */
  target: URL | undefined;
  private readonly folder = mkdtempSync(join(tmpdir(), 'celesto-proxy-'));
  private readonly open = new Set<Duplex>();
  private readonly proxy = createHttpServer();
  private host: Server | undefined;

  private constructor(readonly hostName: string) {}

  static async start(hostName: string): Promise<ConnectProxy> {
    const proxy = new ConnectProxy(hostName);
    await proxy.startHost();
    proxy.proxy.on('connect', (request, client: Duplex) => proxy.connectTunnel(request.url ?? '', client));
    await once(proxy.proxy.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.proxy.address() as AddressInfo).port}`;
  }

  /** File of the host's certificate, which is self-signed. */
  get certificate(): string {
    return join(this.folder, 'certificate.pem');
  }

  stop(): void {
    for (const end of this.open) end.destroy();
    for (const server of [this.proxy, this.host]) server?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async startHost(): Promise<void> {
    const key = join(this.folder, 'key.pem');
    execFileSync(
      'openssl',
      [
        ...[
          'req',
          '-x509',
          '-newkey',
          'ec',
          '-pkeyopt',
          'ec_paramgen_curve:prime256v1',
          '-nodes',
          '-days',
          '2',
        ],
        ...['-keyout', key, '-out', this.certificate, '-subj', `/CN=${this.hostName}`],
        ...['-addext', `subjectAltName=DNS:${this.hostName}`],
      ],
      { stdio: 'pipe' },
    );
    const options = { key: readFileSync(key), cert: readFileSync(this.certificate) };
    this.host = createTlsServer(options, (client) => {
      if (this.target) this.pipe(client, connect(Number(this.target.port), this.target.hostname));
    });
    await once(this.host.listen(0, '127.0.0.1'), 'listening');
  }

  private connectTunnel(address: string, client: Duplex): void {
    this.requested.push(address);
    if (address !== `${this.hostName}:443`) {
      client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      return;
    }
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    this.pipe(client, connect((this.host!.address() as AddressInfo).port, '127.0.0.1'));
  }

  private pipe(client: Duplex, server: Socket): void {
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      this.open.add(from);
      from.on('error', () => undefined);
      from.once('close', () => {
        this.open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
