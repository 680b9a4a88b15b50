import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseEndpoint } from '../../../../src/ssh/connection/endpoint';
import { lookUpKnownHost } from '../../../../src/ssh/hostKeys/knownHosts';
import { testFolder } from '../support/folder';
import { makeKey } from '../support/keys';

describe('lookUpKnownHost', () => {
  const folder = testFolder();
  const key = makeKey(folder, 'host');
  const other = makeKey(folder, 'other');
  const line = key.publicLine;

  function verdict(text: string, endpoint: string, shown = key): string {
    return lookUpKnownHost(text, parseEndpoint(`ohm@${endpoint}`), shown.publicKey.blob);
  }

  /** The file as ssh-keygen writes it when it hashes the names. */
  function hashed(text: string): string {
    const file = join(folder, 'known_hosts');
    writeFileSync(file, text);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'pipe' });
    const result = readFileSync(file, 'utf8');
    assert.match(result, /\|1\|/);
    return result;
  }

  it('knows a plain name, whatever its case, and an address', () => {
    assert.equal(verdict(`example.com ${line}\n`, 'example.com'), 'known');
    assert.equal(verdict(`Example.COM ${line}\n`, 'example.com'), 'known');
    assert.equal(verdict(`example.com ${line}\n`, 'EXAMPLE.com'), 'known');
    assert.equal(verdict(`2001:db8::7 ${line}\n`, '[2001:db8::7]'), 'known');
  });

  it('knows one of several names', () => {
    assert.equal(verdict(`a,example.com,10.0.0.7 ${line}`, '10.0.0.7'), 'known');
  });

  it('returns unknown for another name, and for an empty file', () => {
    assert.equal(verdict(`example.com ${line}`, 'example.org'), 'unknown');
    assert.equal(verdict(`example.com ${line}`, 'sub.example.com'), 'unknown');
    assert.equal(verdict('', 'example.com'), 'unknown');
  });

  it('returns different for another key, also of another type', () => {
    assert.equal(verdict(`example.com ${line}`, 'example.com', other), 'different');
    const ecdsa = makeKey(folder, 'ecdsa', '-t', 'ecdsa');
    assert.equal(verdict(`example.com ${line}`, 'example.com', ecdsa), 'different');
  });

  it('knows a host with several keys by each of them', () => {
    const text = `example.com ${other.publicLine}\nexample.com ${line}\n`;
    assert.equal(verdict(text, 'example.com'), 'known');
    assert.equal(verdict(text, 'example.com', other), 'known');
  });

  it('distinguishes ports', () => {
    const text = `[example.com]:2222 ${line}`;
    assert.equal(verdict(text, 'example.com:2222'), 'known');
    assert.equal(verdict(text, 'example.com:2223'), 'unknown');
    assert.equal(verdict(text, 'example.com'), 'unknown');
    assert.equal(verdict(`[2001:db8::7]:2222 ${line}`, '[2001:db8::7]:2222'), 'known');
  });

  it('matches patterns', () => {
    assert.equal(verdict(`*.example.com ${line}`, 'a.b.example.com'), 'known');
    assert.equal(verdict(`*.example.com ${line}`, 'example.com'), 'unknown');
    assert.equal(verdict(`10.0.0.? ${line}`, '10.0.0.7'), 'known');
    assert.equal(verdict(`10.0.0.? ${line}`, '10.0.0.17'), 'unknown');
    assert.equal(verdict(`[*.example.com]:2222 ${line}`, 'a.example.com:2222'), 'known');
    assert.equal(verdict(`exampleXcom ${line}`, 'example.com'), 'unknown', 'a dot is a dot');
  });

  it('lets a negated pattern exclude what another one matches', () => {
    const text = `*.example.com,!bad.example.com ${line}`;
    assert.equal(verdict(text, 'good.example.com'), 'known');
    assert.equal(verdict(text, 'bad.example.com'), 'unknown');
    assert.equal(verdict(`!bad.example.com ${line}`, 'good.example.com'), 'unknown');
  });

  it('finds names that ssh-keygen hashed', () => {
    const text = hashed(`example.com,10.0.0.7 ${line}\n[example.com]:2222 ${other.publicLine}\n`);
    assert.doesNotMatch(text, /example/);
    assert.equal(verdict(text, 'example.com'), 'known');
    assert.equal(verdict(text, '10.0.0.7'), 'known');
    assert.equal(verdict(text, 'example.com', other), 'different');
    assert.equal(verdict(text, 'example.com:2222', other), 'known');
    assert.equal(verdict(text, 'example.org'), 'unknown');
  });

  it('heeds @revoked on any line, also for a hashed name', () => {
    const revoked = `@revoked example.com ${line}`;
    assert.equal(verdict(revoked, 'example.com'), 'revoked');
    assert.equal(verdict(`example.com ${line}\n${revoked}`, 'example.com'), 'revoked');
    assert.equal(verdict(`@revoked * ${line}`, 'example.com'), 'revoked');
    assert.equal(verdict(revoked, 'example.com', other), 'unknown');
    assert.equal(verdict(`@revoked ${hashed(`example.com ${line}`)}`, 'example.com'), 'revoked');
  });

  it('does not take the key of a certificate authority for that of a host', () => {
    assert.equal(verdict(`@cert-authority *.example.com ${line}`, 'a.example.com'), 'unknown');
    assert.equal(verdict(`@cert-authority *.example.com ${line}`, 'a.example.com', other), 'unknown');
  });

  it('skips comments, empty lines and lines that it cannot parse', () => {
    const text = [
      '# example.com is ours',
      `#example.com ${other.publicLine}`,
      '',
      '   ',
      'example.com',
      'example.com ssh-ed25519',
      'example.com ssh-ed25519 %%%',
      'example.com ssh-ed25519 AAAA',
      '|1|nonsense',
      `|1||| ${other.publicLine}`,
      `|2|a|b ${other.publicLine}`,
      '\u0000\u0001\u0002',
      `  example.com\t${line}  `,
    ].join('\n');
    assert.equal(verdict(text, 'example.com'), 'known');
  });

  it('reads files with CRLF, and without a final line end', () => {
    assert.equal(verdict(`a ${other.publicLine}\r\nexample.com ${line}\r\n`, 'example.com'), 'known');
    assert.equal(verdict(`a ${other.publicLine}\r\nexample.com ${line}`, 'example.com'), 'known');
  });

  it('agrees with ssh-keygen on every line of a mixed file', () => {
    const text = hashed(`alpha,10.0.0.1 ${line}\n[beta]:2222 ${line}\ngamma ${other.publicLine}\n`);
    const file = join(folder, 'known_hosts');
    for (const [name, endpoint] of [
      ['alpha', 'alpha'],
      ['10.0.0.1', '10.0.0.1'],
      ['[beta]:2222', 'beta:2222'],
      ['beta', 'beta'],
      ['gamma', 'gamma'],
      ['delta', 'delta'],
    ] as const) {
      assert.equal(verdict(text, endpoint) !== 'unknown', finds(file, name), name);
    }
  });

  function finds(file: string, name: string): boolean {
    try {
      execFileSync('ssh-keygen', ['-F', name, '-f', file], { stdio: 'pipe' });
      return true;
    } catch {
      return false;
    }
  }
});
