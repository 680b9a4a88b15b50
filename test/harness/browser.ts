import { type Browser, chromium } from 'playwright-core';
import { findBrowser } from '../tools/machine.mjs';

/** Without a sandbox, which root cannot have: the browser connects only to the page's own server. */
const browserArgs = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Starts a headless browser. It ends with this process. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined)
    throw new Error('There is no Chromium here. Run `npm test` once: it installs what is missing.');
  return chromium.launch({
    executablePath,
    args: browserArgs,
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}
