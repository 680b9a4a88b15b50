import type { Session, SessionEnd } from '../../../src/shell/shellSession';
import { until } from '../../harness/until';

/** A session, and what a user sees of it. */
export class SessionOutput {
  text = '';
  ending: SessionEnd | undefined;

  constructor(readonly session: Session) {
    const decoder = new TextDecoder();
    session.onData((bytes) => (this.text += decoder.decode(bytes, { stream: true })));
    session.onEnd((ending) => (this.ending = ending));
  }

  type(text: string): void {
    this.session.write(text);
  }

  async shows(text: string): Promise<void> {
    await until(
      () => `${text} in ${JSON.stringify(this.text.slice(-300))}`,
      () => this.text.includes(text),
    );
  }

  async ends(): Promise<SessionEnd> {
    return until('the session has ended', () => this.ending);
  }

  async close(): Promise<void> {
    this.session.close();
    await this.ends();
  }
}
