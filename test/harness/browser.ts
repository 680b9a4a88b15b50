import { type Browser, chromium } from 'playwright-core';
import { findBrowser } from '../tools/machine.mjs';

/** It talks to nobody but the page's own server, so it does without its sandbox, which root cannot have. */
const browserArgs = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/** Opens a browser without a screen. It ends with this process. */
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
