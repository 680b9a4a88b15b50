import type * as vscode from 'vscode';
import { Chronology } from '../model/chronology';
import { Happenings } from '../model/happenings';
import type { Clock } from '../util/clock';
import { Disposables, type Disposable } from '../util/disposable';
import { redactor } from '../util/log';
import { Diagnostics } from '../views/diagnostics';
import { Notices, type NoticesParts } from '../views/notices';
import type { Reach } from './reach';
import type { Service } from './service';

/** What looks after computers and people while they do something else. */
export interface Care extends Disposable {
  readonly diagnostics: Diagnostics;
}

export function buildCare(
  { extension }: vscode.ExtensionContext,
  { account, store, troubles }: Service,
  { pool, roads, terminals }: Reach,
  clock: Clock,
): Care {
  const parts = new Disposables();
  const diagnostics = new Diagnostics({
    extension,
    account,
    store,
    chronology: parts.add(new Chronology(store, clock)),
    terminals,
    roads,
    pool,
    log: troubles,
    redact: redactor(() => account.secrets()),
  });
  return { diagnostics, dispose: () => parts.dispose() };
}

export function buildNotices(
  { lifecycle, store }: Service,
  { terminals }: Reach,
  clock: Clock,
  isShown: NoticesParts['isShown'],
): Disposable {
  const parts = new Disposables();
  const happenings = parts.add(new Happenings(store, lifecycle, clock));
  parts.add(new Notices({ happenings, terminals, isShown }));
  return parts;
}
