/** The part of an agent's saved session that is needed to resume it. */
export interface SavedSession {
  /** The id of the computer, or its name where the session was bound by that. */
  readonly computerId: string;
  /** The agent's id of the session, printable. */
  readonly sessionId: string | undefined;
  /** The name of the agent, printable; known where a run was saved. */
  readonly agent: string | undefined;
  /** The working directory of the session on the computer. */
  readonly root: string | undefined;
  /** True where the agent's runner deletes the computer at the end of the session. */
  readonly deleteOnClose: boolean;
}
