// Imported first by every command: with an older Node nothing below would even load.
const LEAST = [20, 19];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < LEAST[0] || (major === LEAST[0] && minor < LEAST[1])) {
  console.error(
    `This needs Node ${LEAST.join('.')} or later; here runs ${process.versions.node}. Get a newer one from https://nodejs.org.`,
  );
  process.exit(1);
}
