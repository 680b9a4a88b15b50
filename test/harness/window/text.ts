/** A pattern for just this text: what a person reads, whatever blanks stand around it. */
export function exactly(text: string): RegExp {
  return new RegExp(`^\\s*${escaped(text)}\\s*$`);
}

/** A pattern for a button's spoken name: its keyboard shortcut may follow in brackets. */
export function buttonNamed(name: string): RegExp {
  return new RegExp(`^${escaped(name)}( \\(.+\\))?$`);
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
