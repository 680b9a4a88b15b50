import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './paths';

const usage = 'npm run release-notes -- TAG FILE';

/** Writes the notes of the release that a tag names to a file. @returns the exit code */
export function main([tag, file]: string[]): number {
  if (tag === undefined || file === undefined) {
    console.error(usage);
    return 2;
  }
  const read = (name: string): string => readFileSync(join(projectFolder, name), 'utf8');
  const { version } = JSON.parse(read('package.json')) as { version: string };
  try {
    writeFileSync(file, releaseNotes(tag, version, read('CHANGELOG.md')));
    return 0;
  } catch (error) {
    console.error(`✖ ${(error as Error).message}`);
    return 1;
  }
}

/**
 * The section of a version in the changelog.
 * @param tag `v` and the version of package.json
 * @throws when the tag names another version, or the changelog has no dated section with entries for it
 */
export function releaseNotes(tag: string, version: string, changelog: string): string {
  if (tag !== `v${version}`) throw new Error(`The tag is ${tag}, but package.json has version ${version}.`);
  const sections = changelog.split(/^(?=## )/m);
  const section = sections.find((text) => text.startsWith(`## [${version}]`));
  if (section === undefined) throw new Error(`CHANGELOG.md has no section "## [${version}] - YYYY-MM-DD".`);
  const [heading = '', ...lines] = section.split('\n');
  if (!/^## \[\S+\] - \d{4}-\d{2}-\d{2}$/.test(heading)) throw new Error(`"${heading}" has no date.`);
  // Definitions of links end the file.
  const notes = lines.filter((text) => !/^\[[^\]]+\]: /.test(text)).join('\n');
  if (!/^- /m.test(notes)) throw new Error(`The section of ${version} in CHANGELOG.md has no entry.`);
  return `${notes.trim()}\n`;
}
