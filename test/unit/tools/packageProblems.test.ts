import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type PackageContents, packageProblems } from '../../tools/packageProblems';

const good: PackageContents = {
  files: [
    'package.json',
    'package.nls.json',
    'dist/extension.js',
    'dist/screen.js',
    'dist/screen.css',
    'dist/notices.txt',
    'media/icon.png',
    'README.md',
    'LICENSE',
  ],
  size: 200_000,
  manifest: { name: 'celesto-computers' },
  bundle: 'module.exports = {};',
};

describe('packageProblems', () => {
  it('accepts a package of just what the extension needs', () => {
    assert.deepEqual(packageProblems(good), []);
  });

  for (const file of [
    'dist/extension.js.map',
    'src/extension.ts',
    'dist/sshcrypto.node',
    'media/a.node',
    '.env',
  ]) {
    it(`refuses ${file}`, () => {
      const problems = packageProblems({ ...good, files: [...good.files, file] });
      assert.deepEqual(problems, [`${file} does not belong in the package: see .vscodeignore.`]);
    });
  }

  for (const needed of ['dist/extension.js', 'dist/screen.js', 'dist/notices.txt'])
    it(`misses ${needed}`, () => {
      const files = good.files.filter((file) => file !== needed);
      assert.deepEqual(packageProblems({ ...good, files }), [`${needed} is missing in the package.`]);
    });

  it('refuses a package that is too large, asks for proposed API or names a source map', () => {
    const [size, manifest, bundle] = [600_000, { enabledApiProposals: [] }, '//# sourceMappingURL=a.map'];
    assert.equal(packageProblems({ ...good, size }).length, 1);
    assert.equal(packageProblems({ ...good, manifest }).length, 1);
    assert.equal(packageProblems({ ...good, bundle }).length, 1);
  });
});
