/** A pattern for exactly this text, with any white space around it. */
export function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${escaped(text)}\\s*$`);
}

/** A pattern for the accessible name of a button, which may end with its keyboard shortcut in brackets. */
export function buttonNamed(name: string): RegExp {
  return new RegExp(`^${escaped(name)}( \\(.+\\))?$`);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
