/** Control characters that the terminal sends for keys. */
export const ctrlC = '\x03';
export const ctrlD = '\x04';

/** True where typed text holds a press of Enter. */
export function includesEnter(text: string): boolean {
  return /[\r\n]/.test(text);
}
