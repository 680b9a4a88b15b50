import { defaultFeatures, type Features } from './features';

/** Values of the switches on the command line: the words themselves, or what stands for any. */
const anyNumber = 'MS';
const anyText = 'URL';
const anyList = 'ID,…';

const yesOrNo = 'true|false';
/** Without `true` or `false`, the contract decides. */
const yesNoOrContract = 'true|false|null';

/** The values and the meaning of each switch, for the command line. */
const switches: Record<keyof Features, [values: string, meaning: string]> = {
  contract: ['2026-10|2026-06', 'the contract to speak, by its month'],
  retryRestore: [yesNoOrContract, 'the call retry-restore, which only June has'],
  execStream: [yesNoOrContract, 'the call exec/stream, which only June has'],
  billingSummary: [yesNoOrContract, 'the call billing/summary, which only June has'],
  commands: [yesOrNo, 'the history of commands'],
  observability: [yesOrNo, 'metrics'],
  publishedPorts: [yesOrNo, 'published ports'],
  display: [yesOrNo, 'screens'],
  browser: [yesOrNo, 'browsers'],
  billingSizes: [yesOrNo, 'the list of sizes; without it any CPU and memory may be had'],
  sizeRequired: [yesOrNo, 'a create must name a size'],
  refusals: ['sentence|validation', 'form of a refused size: 400, or 422 with the fields'],
  hideCiMachines: [yesOrNo, 'lists leave out the machines of GitHub CI'],
  answersWhenRunning: [yesOrNo, 'a create and a start answer when the computer runs'],
  operationIds: ['none|body|header|both', 'where answers carry the id of their operation'],
  execOutlivesCaller: [yesOrNo, 'a command goes on when its caller leaves'],
  templatesWithoutPorts: [anyList, 'templates whose image supports no public ports'],
  dates: ['mixed|z|offset|noZone|microseconds', 'spelling of dates'],
  byteOrderMark: [yesOrNo, 'a byte order mark before JSON'],
  ignoreListLimit: [yesOrNo, 'lists hold every computer'],
  gatewayFrames: ['binary|text', 'frames that terminals send'],
  gatewayUrl: [anyText, "URL in place of the terminal gateway's"],
  tokenLife: [anyNumber, 'lifetime of a token'],
};

/** The lines of the help: each switch with its values, its default and its meaning. */
export function featuresHelp(): string {
  return Object.entries(switches)
    .map(([name, [values, meaning]]) => {
      const preset = String(defaultFeatures[name as keyof Features]);
      return `  ${`${name}=${values}`.padEnd(44)} ${meaning}${preset === '' ? '' : ` (default ${preset})`}`;
    })
    .join('\n');
}

/** Parses `NAME=VALUE`. @throws with the problem */
export function parseFeature(pair: string): [name: string, value: Features[keyof Features]] {
  const [name = '', text = ''] = pair.split(/=(.*)/s);
  if (!(name in switches)) throw new Error(`--feature ${name}: ${Object.keys(switches).join(', ')}.`);
  const [values] = switches[name as keyof Features];
  if (values === anyText) return [name, text];
  if (values === anyList) return [name, text.split(',').filter(Boolean)];
  const isValid = values === anyNumber ? /^\d+$/.test(text) : values.split('|').includes(text);
  if (!isValid) throw new Error(`--feature ${name}: "${text}" is none of ${values}.`);
  const isWord = values !== anyNumber && !values.startsWith('true|');
  return [name, isWord ? text : (JSON.parse(text) as boolean | number | null)];
}
