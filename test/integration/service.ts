import { connectControl, type Control } from '../emulator/control';

/** The hands on the service that the tests' VS Code talks to; the runner has started it and names it in the environment. */
export function serviceControl(): Control {
  const { CELESTO_BASE_URL: url, CELESTO_API_KEY: apiKey } = process.env;
  if (url === undefined || apiKey === undefined) throw new Error('The runner has not named the service.');
  return connectControl(url, apiKey);
}
