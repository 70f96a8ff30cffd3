import { decodeCommand } from '../peer/machine/command.ts';
import type { KeyValueCommand } from '../shared/keyValue.ts';
import type { Call } from './History.ts';
import type { CommittedEntry } from './invariants.ts';

/** When an entry took effect: behind the one before it, and no later than it was known to be committed. */
export interface EntryTime {
  readonly afterMs: number;
  readonly atMs: number;
}

/** `none`: it stands nowhere in the log; `unclear`: it may stand in several places, or its entry is not told from others. */
export type EntryOfCall = EntryTime | 'none' | 'unclear';

interface LoggedWrite extends EntryTime {
  readonly session: string;
  readonly sequence: number;
  readonly command: KeyValueCommand;
}

/** Between entries that became known at the same moment. */
const NEXT_MS = 1e-6;

/** Where the writes of clients stand in the log. Values are written once each, and tell whose session it is. */
export class CommittedWrites {
  readonly #entries = new Map<Call, EntryOfCall>();

  constructor(calls: readonly Call[], committed: readonly CommittedEntry[]) {
    const writes = writesIn(committed);
    const byValue = groups(writes, ({ command }) => ('value' in command ? command.value : undefined));
    const sessionsOf = new Map<string, Set<string>>();
    for (const call of calls) {
      if (!('value' in call.input)) continue;
      const found = byValue.get(call.input.value) ?? [];
      this.#entries.set(call, entryAmong(found));
      const sessions = sessionsOf.get(call.client) ?? new Set();
      sessionsOf.set(call.client, sessions);
      for (const { session } of found) sessions.add(session);
    }
    this.#matchDeletes(calls, writes, sessionsOf);
  }

  entryOf(call: Call): EntryOfCall {
    return this.#entries.get(call) ?? 'unclear';
  }

  /** A client's commands on a key stand in the log in the order of their calls, if it had one session and each has its entry. */
  #matchDeletes(
    calls: readonly Call[],
    writes: readonly LoggedWrite[],
    sessionsOf: ReadonlyMap<string, ReadonlySet<string>>,
  ): void {
    const logged = groups(writes, ({ command, session }) =>
      command.type === 'delete' ? `${session} ${command.key}` : undefined,
    );
    const called = groups(calls, ({ input, client }) => {
      const [session, ...others] = sessionsOf.get(client) ?? [];
      const isClear = session !== undefined && others.length === 0;
      return input.type === 'delete' && isClear ? `${session} ${input.key}` : undefined;
    });
    for (const [name, deletes] of called) {
      const entries = [...(logged.get(name) ?? [])].sort((one, other) => one.sequence - other.sequence);
      const told = deletes.filter(({ output }) => output !== undefined);
      if (entries.length === deletes.length) {
        deletes.forEach((call, at) => this.#entries.set(call, entries[at] ?? 'unclear'));
      } else if (entries.length === told.length) {
        for (const call of deletes) if (call.output === undefined) this.#entries.set(call, 'none');
      }
    }
  }
}

function entryAmong(found: readonly LoggedWrite[]): EntryOfCall {
  const [first, ...others] = found;
  if (first === undefined) return 'none';
  // Another session means that the first one was not known any more.
  return others.length === 0 ? first : 'unclear';
}

/** Each command of a session once: a copy that comes later does nothing. */
function writesIn(committed: readonly CommittedEntry[]): LoggedWrite[] {
  const seen = new Set<string>();
  const writes: LoggedWrite[] = [];
  let afterMs = Number.NEGATIVE_INFINITY;
  for (const { entry, atMs: knownAtMs } of committed) {
    const atMs = Math.max(knownAtMs, afterMs + NEXT_MS);
    const logged = entry.type === 'command' ? decodeCommand(entry.command) : undefined;
    if (logged?.type === 'session') {
      const { session, sequence } = logged;
      const name = `${session} ${logged.openedIndex} ${sequence}`;
      const command = logged.command as KeyValueCommand;
      if (!seen.has(name)) writes.push({ session, sequence, command, afterMs, atMs });
      seen.add(name);
    }
    afterMs = atMs;
  }
  return writes;
}

function groups<Item>(items: readonly Item[], nameOf: (item: Item) => string | undefined): Map<string, Item[]> {
  const grouped = new Map<string, Item[]>();
  for (const item of items) {
    const name = nameOf(item);
    if (name === undefined) continue;
    const group = grouped.get(name);
    if (group === undefined) grouped.set(name, [item]);
    else group.push(item);
  }
  return grouped;
}
