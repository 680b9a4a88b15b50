import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EndpointError, formatEndpoint, parseEndpoint } from '../../../../src/ssh/connection/endpoint';

describe('parseEndpoint', () => {
  const spellings: [text: string, user: string, host: string, port: number][] = [
    ['ohm@example.com', 'ohm', 'example.com', 22],
    ['ohm@example.com:2222', 'ohm', 'example.com', 2222],
    ['  ohm@example.com:2222\n', 'ohm', 'example.com', 2222],
    ['ohm@10.0.0.7:1', 'ohm', '10.0.0.7', 1],
    ['ohm@host:65535', 'ohm', 'host', 65_535],
    ['ssh ohm@example.com', 'ohm', 'example.com', 22],
    ['ssh ohm@example.com -p 2222', 'ohm', 'example.com', 2222],
    ['ssh  ohm@example.com  -p2222', 'ohm', 'example.com', 2222],
    ['ssh -p 2222 ohm@example.com', 'ohm', 'example.com', 2222],
    ['ssh -p2222 ohm@example.com', 'ohm', 'example.com', 2222],
    ['ssh://ohm@example.com', 'ohm', 'example.com', 22],
    ['ssh://ohm@example.com:2222', 'ohm', 'example.com', 2222],
    ['ssh://ohm@example.com:2222/', 'ohm', 'example.com', 2222],
    ['_svc.user-1@a-b.example.com:22', '_svc.user-1', 'a-b.example.com', 22],
    ['ohm@[::1]', 'ohm', '::1', 22],
    ['ohm@[2001:db8::7]:2222', 'ohm', '2001:db8::7', 2222],
    ['ssh://ohm@[2001:db8::7]:2222', 'ohm', '2001:db8::7', 2222],
    ['ssh ohm@[2001:db8::7] -p 2222', 'ohm', '2001:db8::7', 2222],
    ['ohm@[::ffff:10.0.0.7]:22', 'ohm', '::ffff:10.0.0.7', 22],
  ];
  for (const [text, user, host, port] of spellings) {
    it(`reads ${JSON.stringify(text)}`, () => {
      assert.deepEqual(parseEndpoint(text), { user, host, port });
    });
  }

  const refused: [why: string, text: string][] = [
    ['nothing', ''],
    ['only white space', ' \t\n'],
    ['no user', 'example.com'],
    ['an empty user', '@example.com'],
    ['an empty host', 'ohm@'],
    ['an empty port', 'ohm@example.com:'],
    ['port 0', 'ohm@example.com:0'],
    ['port 65536', 'ohm@example.com:65536'],
    ['a port of 400 digits', `ohm@example.com:${'9'.repeat(400)}`],
    ['a negative port', 'ohm@example.com:-22'],
    ['a port in words', 'ohm@example.com:ssh'],
    ['a hexadecimal port', 'ohm@example.com:0x16'],
    ['another scheme', 'http://ohm@example.com:22'],
    ['a path', 'ssh://ohm@example.com:22/etc'],
    ['IPv6 without brackets', 'ohm@2001:db8::7'],
    ['brackets around a name', 'ohm@[example.com]'],
    ['brackets around hexadecimal nonsense', 'ohm@[1:2:3]'],
    ['a password', 'ssh://ohm:secret@example.com'],
    ['two hosts', 'ohm@a@b'],
    ['a host that ends in a dash', 'ohm@example-'],
    ['an option as user', '-oProxyCommand=reboot@example.com'],
    ['an option as host', 'ohm@-oProxyCommand=reboot'],
    ['an option before the host', 'ssh -oProxyCommand=reboot ohm@example.com'],
    ['an option behind the host', 'ssh ohm@example.com -oProxyCommand=reboot'],
    ['a command behind the host', 'ssh ohm@example.com reboot'],
    ['a semicolon', 'ohm@example.com;reboot'],
    ['a substitution', 'ohm@$(reboot)'],
    ['a substitution in the user', "o'$(reboot)'hm@example.com"],
    ['back-ticks', 'ohm@`reboot`'],
    ['a pipe', 'ohm@example.com|reboot'],
    ['an ampersand', 'ohm@example.com&reboot'],
    ['a quote', "ohm@example.com'"],
    ['a second line', 'ohm@example.com\nreboot'],
    ['a zero byte', 'ohm@example.com\0'],
    ['an escape sequence', 'ohm@\u001b[31mexample.com'],
    ['a right-to-left override', 'ohm@example\u202e.com'],
    ['a letter that only looks right', 'ohm@ехample.com'],
  ];
  for (const [why, text] of refused) {
    it(`refuses ${why}`, () => {
      assert.throws(() => parseEndpoint(text), EndpointError);
    });
  }

  it('quotes a text that it cannot parse, shortened to one line of safe characters', () => {
    const bad = `ohm@\u001b]0;title\u0007\u202e${'x'.repeat(5000)};`;
    assert.throws(
      () => parseEndpoint(bad),
      (error: Error) => {
        assert.match(error.message, /cannot be read: "ohm@/);
        assert.match(error.message, /Report it to Celesto/);
        assert.ok(error.message.length < 250, error.message);
        assert.doesNotMatch(error.message, /[\p{Cc}\p{Cf}]/u);
        return true;
      },
    );
  });

  it('rejects a megabyte of nonsense quickly', () => {
    const started = performance.now();
    for (const text of [
      'a'.repeat(1e6),
      `a@${'-'.repeat(1e6)}`,
      `a@${'a.'.repeat(5e5)}!`,
      ' '.repeat(1e6) + '!',
    ]) {
      assert.throws(() => parseEndpoint(text), EndpointError);
    }
    assert.ok(performance.now() - started < 1000);
  });
});

describe('formatEndpoint', () => {
  for (const text of ['ohm@example.com:22', 'ohm@10.0.0.7:2222', 'ohm@[2001:db8::7]:65535']) {
    it(`writes ${text} as it is read`, () => {
      assert.equal(formatEndpoint(parseEndpoint(text)), text);
    });
  }
});
