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

  /** @param history all that clients asked for: what certainly failed had a number in its session too */
  constructor(history: readonly Call[], committed: readonly CommittedEntry[]) {
    const calls = history.filter(({ isVoid }) => !isVoid);
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
    this.#matchByNumbers(history, writes, sessionsOf);
  }

  entryOf(call: Call): EntryOfCall {
    return this.#entries.get(call) ?? 'unclear';
  }

  /**
   * Deletes have no value that tells them apart. Where a key has as many in the log as were asked for, and so has each session, they
   * stand there in the order of their calls; where it has as many as were told of, nothing came of the others.
   */
  #matchDeletes(
    calls: readonly Call[],
    writes: readonly LoggedWrite[],
    sessionsOf: ReadonlyMap<string, ReadonlySet<string>>,
  ): void {
    const logged = groups(writes, ({ command }) => (command.type === 'delete' ? command.key : undefined));
    const called = groups(calls, ({ input }) => (input.type === 'delete' ? input.key : undefined));
    for (const [key, deletes] of called) {
      const entries = logged.get(key) ?? [];
      const told = deletes.filter(({ output }) => output !== undefined);
      if (entries.length === told.length) {
        for (const call of deletes) if (call.output === undefined) this.#entries.set(call, 'none');
      } else if (entries.length === deletes.length) {
        this.#matchInOrder(deletes, entries, sessionsOf);
      }
    }
  }

  /**
   * A client numbers what it writes in its session one after the other. So a delete between two writes whose numbers are known has a
   * number of its own, and behind the last of these too, as far as each call took one.
   */
  #matchByNumbers(
    history: readonly Call[],
    writes: readonly LoggedWrite[],
    sessionsOf: ReadonlyMap<string, ReadonlySet<string>>,
  ): void {
    const ofClients = groups(history, ({ input, client }) => (isWrite(input) ? client : undefined));
    for (const [client, ofClient] of ofClients) {
      const [session, ...others] = sessionsOf.get(client) ?? [];
      if (session === undefined || others.length > 0) continue;
      const byNumber = new Map(writes.filter((one) => one.session === session).map((one) => [one.sequence, one]));
      const numbers = ofClient.map((call) => {
        const entry = this.#entries.get(call);
        return typeof entry === 'object' && 'value' in call.input ? numberOf(entry, byNumber) : undefined;
      });
      for (const [at, call] of ofClient.entries()) {
        if (call.input.type !== 'delete' || this.entryOf(call) !== 'unclear') continue;
        const number = numberAmong(numbers, at);
        const entry = number === undefined ? undefined : byNumber.get(number);
        if (number === undefined) continue;
        if (entry === undefined) this.#entries.set(call, 'none');
        else if (entry.command.type === 'delete' && entry.command.key === call.input.key)
          this.#entries.set(call, entry);
      }
    }
  }

  #matchInOrder(
    deletes: readonly Call[],
    entries: readonly LoggedWrite[],
    sessionsOf: ReadonlyMap<string, ReadonlySet<string>>,
  ): void {
    for (const [client, ofClient] of groups(deletes, (call) => call.client)) {
      const [session, ...others] = sessionsOf.get(client) ?? [];
      const ofSession = entries.filter((entry) => entry.session === session);
      if (others.length > 0 || ofSession.length !== ofClient.length) continue;
      ofSession.sort((one, other) => one.sequence - other.sequence);
      ofClient.forEach((call, at) => this.#entries.set(call, ofSession[at] ?? 'unclear'));
    }
  }
}

function isWrite({ type }: Call['input']): boolean {
  return type === 'put' || type === 'append' || type === 'compareAndSet' || type === 'delete';
}

function numberOf(entry: EntryTime, byNumber: ReadonlyMap<number, LoggedWrite>): number | undefined {
  for (const [number, write] of byNumber) if (write === entry) return number;
  return undefined;
}

/** @returns undefined when the numbers before and behind do not say the same */
function numberAmong(numbers: readonly (number | undefined)[], at: number): number | undefined {
  const said = new Set<number>();
  const before = numbers.findLastIndex((number, place) => place < at && number !== undefined);
  const behind = numbers.findIndex((number, place) => place > at && number !== undefined);
  for (const place of [before, behind]) {
    const number = numbers[place];
    if (number !== undefined) said.add(number + at - place);
  }
  const [number, ...others] = said;
  return others.length > 0 ? undefined : number;
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
