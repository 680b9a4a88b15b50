import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { user } from './catalogue';

/**
 * Makes a home folder in which the published client 0.1 is signed in, as its login leaves it. That client takes the
 * address of the service from there alone.
 */
export function writeCliHome(home: string, { url, apiKey }: { url: string; apiKey: string }): void {
  const folder = join(home, '.celesto');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'credentials');
  const credentials = { api_key: apiKey, email: user.email, base_url: url };
  writeFileSync(file, JSON.stringify(credentials), { mode: 0o600 });
  // The mode above is that of a new file only.
  chmodSync(file, 0o600);
}
