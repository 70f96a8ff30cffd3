import type { Role } from '../../shared/messages/Status.ts';
import type { Chronicle } from '../chronicle/Chronicle.ts';

/** What a peer was for a while. */
export interface Span {
  readonly fromMs: number;
  untilMs: number;
  readonly state: Role | 'down' | 'stopped';
  readonly term: number;
}

/** What a client asked for. */
export interface Operation {
  readonly client: string;
  readonly askedMs: number;
  readonly text: string;
  /** Undefined while it waits, and for ever if it crashed. */
  endedMs: number | undefined;
  outcome: string;
  isAnswered: boolean;
}

interface Life {
  isUp: boolean;
  isStopped: boolean;
  role: Role;
  term: number;
}

/** The states of a peer one after the other, without gaps. */
export function spansOf(peer: string, { events, notes, endMs }: Chronicle): Span[] {
  const life: Life = { isUp: false, isStopped: false, role: 'follower', term: 0 };
  const changes = [
    ...notes.filter(({ what }) => what.startsWith(`${peer} `)),
    ...events.filter((event) => event.peer === peer),
  ].sort((one, other) => one.order - other.order);
  const spans: Span[] = [{ fromMs: 0, untilMs: 0, state: 'down', term: 0 }];
  for (const change of changes) {
    if ('what' in change) noted(life, change.what.slice(peer.length + 1));
    else if (change.event.type === 'roleChanged') life.role = change.event.to;
    else if (change.event.type === 'termChanged') life.term = change.event.to;
    else continue;
    const last = spans.at(-1);
    const state = !life.isUp ? 'down' : life.isStopped ? 'stopped' : life.role;
    if (last === undefined || (last.state === state && last.term === life.term)) continue;
    last.untilMs = change.atMs;
    if (last.fromMs === last.untilMs) spans.pop();
    spans.push({ fromMs: change.atMs, untilMs: endMs, state, term: life.term });
  }
  const last = spans.at(-1);
  if (last !== undefined) last.untilMs = endMs;
  return spans;
}

function noted(life: Life, what: string): void {
  if (what === 'starts') {
    life.isUp = true;
    life.isStopped = false;
    life.role = 'follower';
  } else if (what === 'crashes' || what.startsWith('ends by itself')) life.isUp = false;
  else if (what === 'is stopped') life.isStopped = true;
  else if (what === 'goes on') life.isStopped = false;
}

const ASKS = /^([pc]\d+)\.\d+ asks (\d+): (.*)$/s;
const ENDS = /^([pc]\d+)\.\d+ (is told|gives up) (\d+): (.*)$/s;

/** What clients asked for, in the order in which they did. */
export function operationsOf({ notes }: Chronicle): Operation[] {
  const operations = new Map<string, Operation>();
  for (const { atMs, what } of notes) {
    const [, client, number, input] = ASKS.exec(what) ?? [];
    if (client !== undefined && number !== undefined && input !== undefined) {
      const rest = { endedMs: undefined, outcome: 'no answer', isAnswered: false };
      operations.set(number, { client, askedMs: atMs, text: inputText(input), ...rest });
    }
    const crashed = /^(c\d+) crashes/.exec(what)?.[1];
    if (crashed !== undefined) leaveOpen(operations.values(), crashed, atMs);
    const [, , how, ended, outcome] = ENDS.exec(what) ?? [];
    const operation = operations.get(ended ?? '');
    if (operation === undefined) continue;
    operation.endedMs = atMs;
    operation.outcome = outcome ?? '';
    operation.isAnswered = how === 'is told';
  }
  return [...operations.values()];
}

/** Nobody is there any more to be told. */
function leaveOpen(operations: Iterable<Operation>, client: string, atMs: number): void {
  for (const operation of operations) {
    if (operation.client !== client || operation.endedMs !== undefined) continue;
    operation.endedMs = atMs;
    operation.outcome = 'its client crashed';
  }
}

/** `put k1 = "c1.7;"` out of its JSON. */
function inputText(text: string): string {
  const { type, key, value } = JSON.parse(text) as { type: string; key?: string; value?: string };
  return [type === 'compareAndSet' ? 'cas' : type, key, ...(value === undefined ? [] : [JSON.stringify(value)])].join(
    ' ',
  );
}

export interface Flag {
  readonly atMs: number;
  readonly label: string;
  /** What it did, a line each. */
  readonly details: string[];
}

/** The faults that struck, and the moment when all of them ended. */
export function flagsOf({ notes }: Chronicle): Flag[] {
  const flags: Flag[] = [];
  for (const { atMs, what } of notes) {
    const [, number, kind] = /^fault (\d+): (\w+)$/.exec(what) ?? [];
    if (number !== undefined && kind !== undefined) flags.push({ atMs, label: `${number} ${kind}`, details: [] });
    else if (what === 'all faults end') flags.push({ atMs, label: what, details: [] });
    else {
      const last = flags.at(-1);
      if (last?.atMs === atMs && !ASKS.test(what) && !ENDS.test(what)) last.details.push(what);
    }
  }
  return flags;
}
