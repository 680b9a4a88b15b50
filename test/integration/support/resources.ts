import { until } from '../../lab/until';

/** What keeps a process alive, by kind and number: sockets, timers, child processes. */
export type Resources = ReadonlyMap<string, number>;

/** Kinds that stand for work going on this moment, and say nothing about what stays. */
const passing = /Req|Immediate|^Promise$|CloseReq/;

export function resources(): Resources {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo())
    if (!passing.test(kind)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

/** Waits until there is no more of any kind than there was. VS Code's own come and go, so the best moment counts. */
export async function backTo(before: Resources, milliseconds: number): Promise<void> {
  const more = (): string[] =>
    [...resources()]
      .filter(([kind, count]) => count > (before.get(kind) ?? 0))
      .map(([kind, count]) => `${kind}: ${count}, was ${before.get(kind) ?? 0}`);
  try {
    await until('the resources of before', () => more().length === 0, milliseconds);
  } catch (error) {
    throw new Error(`Left behind: ${more().join('; ')}`, { cause: error });
  }
}
