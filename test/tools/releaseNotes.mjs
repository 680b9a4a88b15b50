// npm run release-notes: the text of a release, from CHANGELOG.md; see .github/workflows/release.yml.
import { runCommand } from './machine.mjs';

await runCommand('releaseNotes.ts');
