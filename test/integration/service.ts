import type { WireComputer } from '../emulator/computer';
import { connectControl, type Control } from '../emulator/control';

/** Controls the emulator of the tests' VS Code, which the runner started and names in the environment. */
export function serviceControl(): Control {
  const { CELESTO_BASE_URL: url, CELESTO_API_KEY: apiKey } = process.env;
  if (url === undefined || apiKey === undefined)
    throw new Error('The environment does not name the service.');
  return connectControl(url, apiKey);
}

/** Fetches the list of computers. */
export async function listed(): Promise<WireComputer[]> {
  const { CELESTO_BASE_URL: url, CELESTO_API_KEY: apiKey } = process.env;
  const answer = await fetch(`${url}/v1/computers`, { headers: { authorization: `Bearer ${apiKey}` } });
  return ((await answer.json()) as { computers: WireComputer[] }).computers;
}
