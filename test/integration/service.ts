import type { WireComputer } from '../emulator/computer';
import { connectControl, type Control } from '../emulator/control';

/** The hands on the service that the tests' VS Code talks to; the runner has started it and names it in the environment. */
export function serviceControl(): Control {
  const { CELESTO_BASE_URL: url, CELESTO_API_KEY: apiKey } = process.env;
  if (url === undefined || apiKey === undefined) throw new Error('The runner has not named the service.');
  return connectControl(url, apiKey);
}

/** The computers as the service lists them. */
export async function listed(): Promise<WireComputer[]> {
  const { CELESTO_BASE_URL: url, CELESTO_API_KEY: apiKey } = process.env;
  const answer = await fetch(`${url}/v1/computers`, { headers: { authorization: `Bearer ${apiKey}` } });
  return ((await answer.json()) as { computers: WireComputer[] }).computers;
}
