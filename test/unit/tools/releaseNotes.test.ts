import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { releaseNotes } from '../../tools/releaseNotes';
import { read } from '../support/sources';

const changelog = `# Changelog

## [Unreleased]

## [1.2.0] - 2026-01-31

### Added

- Something.

## [1.1.0] - 2026-01-01

- The first.

[1.2.0]: https://example.com
`;

describe('the release notes', () => {
  it('are the section of the version', () => {
    assert.equal(releaseNotes('v1.2.0', '1.2.0', changelog), '### Added\n\n- Something.\n');
    assert.equal(releaseNotes('v1.1.0', '1.1.0', changelog), '- The first.\n');
  });

  it('are refused for a tag that is not the version', () => {
    assert.throws(() => releaseNotes('v1.2.1', '1.2.0', changelog), /tag is v1.2.1, but package.json has/);
    assert.throws(() => releaseNotes('1.2.0', '1.2.0', changelog), /tag is 1.2.0/);
  });

  it('are refused where the changelog has no section, no date or no entry', () => {
    assert.throws(() => releaseNotes('v2.0.0', '2.0.0', changelog), /no section "## \[2.0.0\]/);
    assert.throws(() => releaseNotes('v1.2.0', '1.2.0', changelog.replace(' - 2026-01-31', '')), /no date/);
    assert.throws(() => releaseNotes('v1.2.0', '1.2.0', changelog.replace('- Something.', '')), /no entry/);
  });
});

describe('the changelog', () => {
  const headings = read('CHANGELOG.md')
    .split('\n')
    .filter((text) => text.startsWith('## '));

  it('begins with what is not released yet', () => {
    assert.equal(headings[0], '## [Unreleased]');
  });

  it('describes the present version', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string };
    assert.ok(releaseNotes(`v${version}`, version, read('CHANGELOG.md')).length > 0);
  });

  it('groups changes as Keep a Changelog does', () => {
    const groups = [...read('CHANGELOG.md').matchAll(/^### (.*)$/gm)].map(([, name]) => name);
    const known = ['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security'];
    assert.deepEqual(
      groups.filter((name) => !known.includes(name!)),
      [],
    );
  });
});
