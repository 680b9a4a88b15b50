import { minifyScript } from './minifyScript';
import { quote } from './quoting';
import bashScript from './shellIntegration.bash';
import fishScript from './shellIntegration.fish';
import zshScript from './shellIntegration.zsh';

/*
 * Shell integration: OSC 633 marks around prompts and commands (VS Code, "Terminal Shell Integration"). The nonce proves
 * that a command line was reported by the shell and not by output that anybody made.
 */

/**
 * The script that bash reads in place of its startup files, as a login shell that began in POSIX mode: it leaves that mode
 * and reads them as a login shell does. Marks need bash 4.4 or newer. The DEBUG trap stays the user's own, since PS0 reports
 * that a command begins.
 */
export function bashIntegration(nonce: string): string {
  return minifyScript(bashScript, { nonce: quote(nonce) });
}

/**
 * The .zshenv of a temporary ZDOTDIR. It gives the user's ZDOTDIR back and removes the folder at once, so that zsh itself
 * reads the other startup files where they are. Marks begin with the first prompt, when all of them have been read.
 */
export function zshIntegration(nonce: string): string {
  return minifyScript(zshScript, { nonce: quote(nonce) });
}

/** The script that fish runs after its startup files. */
export function fishIntegration(nonce: string): string {
  return minifyScript(fishScript, { nonce: quote(nonce) });
}
