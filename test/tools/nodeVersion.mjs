// Imported first by every command: with an older Node nothing below would even load.
const minimum = [20, 19];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < minimum[0] || (major === minimum[0] && minor < minimum[1])) {
  console.error(
    `This needs Node ${minimum.join('.')} or later; here runs ${process.versions.node}. Get a newer one from https://nodejs.org.`,
  );
  process.exit(1);
}
