import type { Effect } from '../../peer/raft/effect.ts';
import type { Input } from '../../peer/raft/input.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import { spreadOf, type Spread } from '../support/statistics.ts';
import { commandOf, DrivenCore, entryOf, LEADER, OTHER, SELF } from './steps.ts';

export interface StepsPlan {
  readonly rounds: number;
  /** AppendEntries of one entry that a follower handles in a round. */
  readonly appends: number;
  /** Of each other kind, in a round. */
  readonly others: number;
}

export interface StepsResult {
  /** With the inputs that say that entries are durable, many at a time, and applied, one by one, and with snapshots. */
  readonly appendsPerSecond: Spread;
  /** Nanoseconds a step, by input, without what its measuring takes. */
  readonly nanoseconds: Readonly<Record<string, number>>;
  /** The longest log during the run, in entries. */
  readonly logEntriesMax: number;
}

export function measureSteps({ rounds, appends, others }: StepsPlan): StepsResult {
  const perSecond: number[] = [];
  let logEntriesMax = 0;
  // The first round is for the compiler.
  for (let round = 0; round <= rounds; round += 1) {
    const follower = new DrivenCore(undefined, WRITES_TOGETHER);
    let seconds = 0;
    // Messages are made before they are counted: whoever receives them does not make them.
    for (let made = 0; made < appends; made += PART) {
      const part = Array.from({ length: Math.min(PART, appends - made) }, (_, at) => appendOf(made + at));
      const beganMs = performance.now();
      for (const message of part) receive(follower, message, LEADER);
      seconds += (performance.now() - beganMs) / 1000;
    }
    if (round > 0) perSecond.push(appends / seconds);
    const { lastLogIndex, firstLogIndex, lastApplied } = follower.raft.status(Number.MAX_SAFE_INTEGER);
    if (lastApplied !== appends - 1) throw new Error(`the follower applied ${lastApplied} of ${appends} entries`);
    logEntriesMax = Math.max(logEntriesMax, lastLogIndex - firstLogIndex + 1);
  }
  return { appendsPerSecond: spreadOf(perSecond), nanoseconds: stepTimes(others), logEntriesMax };
}

const PART = 10_000;
/** A store is slower than messages come: so many are written while the one before is. */
export const WRITES_TOGETHER = 16;

/** A message with one entry, which commits the entry before. */
function appendOf(index: number): RaftMessage {
  const prevLogTerm = index === 0 ? 0 : 1;
  const entries = [entryOf(index)];
  const body = { term: 1, prevLogIndex: index, prevLogTerm, leaderCommit: index, round: 1, entries };
  return { type: 'AppendEntries', body };
}

function append(core: DrivenCore, prevLogIndex: number, entries: ReturnType<typeof entryOf>[]): Effect[] {
  const prevLogTerm = prevLogIndex === 0 ? 0 : 1;
  const body = { term: 1, prevLogIndex, prevLogTerm, leaderCommit: prevLogIndex, round: 1, entries };
  return receive(core, { type: 'AppendEntries', body }, LEADER);
}

let frames = 0;
function receive(core: DrivenCore, message: RaftMessage, from: PeerId): Effect[] {
  frames += 1;
  return core.give({ type: 'message', nowMs: core.nextMs, from, id: frames, message });
}

/** Looks at each step, one by one. */
export interface StepMeter {
  /** What stands before the names, such as the role. */
  who: string;
  measure(input: Input, step: () => Effect[]): Effect[];
}

/** How long each kind of step takes. */
class StepClock implements StepMeter {
  readonly #byName = new Map<string, { count: number; ms: number }>();
  readonly #overheadMs: number;
  who = '';

  constructor() {
    // What it takes to ask the clock twice, at best.
    const samples = Float64Array.from({ length: 200_000 }, () => -(performance.now() - performance.now()));
    this.#overheadMs = samples.reduce((sum, ms) => sum + ms, 0) / samples.length;
  }

  measure(input: Input, step: () => Effect[]): Effect[] {
    const beganMs = performance.now();
    const effects = step();
    const tookMs = performance.now() - beganMs;
    const name = `${this.who}: ${nameOf(input)}`;
    const known = this.#byName.get(name) ?? { count: 0, ms: 0 };
    known.count += 1;
    known.ms += tookMs - this.#overheadMs;
    this.#byName.set(name, known);
    return effects;
  }

  forget(): void {
    this.#byName.clear();
  }

  nanoseconds(): Record<string, number> {
    const often = [...this.#byName].filter(([, { count }]) => count >= 100);
    return Object.fromEntries(often.map(([name, { count, ms }]) => [name, (ms * 1e6) / count]));
  }
}

export function nameOf(input: Input): string {
  if (input.type !== 'message') return input.type;
  const { type, body } = input.message;
  if (type !== 'AppendEntries') return type;
  if (body.entries.length === 0) return `${type}, heartbeat`;
  return `${type}, ${body.entries.length} ${body.entries.length === 1 ? 'entry' : 'entries'}`;
}

function stepTimes(count: number): Record<string, number> {
  const clock = new StepClock();
  for (const isWarm of [false, true]) {
    if (isWarm) clock.forget();
    allSteps(clock, count);
  }
  return clock.nanoseconds();
}

/** Some of each kind, at a follower and at a leader. */
export function allSteps(meter: StepMeter, count: number): void {
  meter.who = 'follower';
  followerSteps(meter, count);
  meter.who = 'leader';
  leaderSteps(meter, count);
}

function followerSteps(clock: StepMeter, count: number): void {
  const follower = new DrivenCore((input, step) => clock.measure(input, step));
  const batch = 64;
  let last = 0;
  for (let times = 0; times < count; times += 1) {
    append(follower, last, [entryOf(last)]);
    last += 1;
    append(follower, last, []);
    receive(follower, { type: 'PreVote', body: { term: 2, lastLogIndex: last, lastLogTerm: 1 } }, OTHER);
    receive(
      follower,
      { type: 'RequestVote', body: { term: 0, lastLogIndex: 0, lastLogTerm: 0, leadershipTransfer: false } },
      OTHER,
    );
    if (times % batch !== 0) continue;
    append(
      follower,
      last,
      Array.from({ length: batch }, (_, at) => entryOf(last + at)),
    );
    last += batch;
  }
}

function leaderSteps(clock: StepMeter, count: number): void {
  const leader = new DrivenCore((input, step) => clock.measure(input, step));
  elect(leader);
  for (let times = 0; times < count; times += 1) {
    const effects = leader.give({
      type: 'propose',
      nowMs: leader.nextMs,
      proposals: [{ requestId: times, command: commandOf(times) }],
    });
    for (const effect of effects) {
      if (effect.type !== 'send' || effect.message.type !== 'AppendEntries') continue;
      const { term, round, prevLogIndex, entries } = effect.message.body;
      const reply = { term, requestTerm: term, inReplyTo: effect.id, round, prevLogIndex, success: true };
      const body = { ...reply, matchIndex: prevLogIndex + entries.length };
      receive(leader, { type: 'AppendEntriesReply', body }, effect.to);
    }
  }
  const { commitIndex } = leader.raft.status(Number.MAX_SAFE_INTEGER);
  if (commitIndex !== count + 1) throw new Error(`the leader committed ${commitIndex - 1} of ${count} proposals`);
}

function elect(core: DrivenCore): void {
  core.pass(1000);
  const answered = new Set<string>();
  let effects = core.give({ type: 'deadline', nowMs: core.nextMs });
  // Pre-vote, vote, and the first round of the reign.
  for (let step = 0; step < 3; step += 1) {
    const sent = effects.filter((effect) => effect.type === 'send' && !answered.has(`${effect.id}`));
    effects = sent.flatMap((effect) => (effect.type === 'send' ? receive(core, grant(effect), effect.to) : []));
  }
  if (core.raft.status(Number.MAX_SAFE_INTEGER).role !== 'leader') throw new Error(`${SELF} was not elected`);
}

function grant({ id, message: { type, body } }: Extract<Effect, { type: 'send' }>): RaftMessage {
  const term = body.term;
  const vote = { requestTerm: term, inReplyTo: id, voteGranted: true };
  if (type === 'PreVote') return { type: 'PreVoteReply', body: { term: term - 1, ...vote } };
  if (type === 'RequestVote') return { type: 'RequestVoteReply', body: { term, ...vote } };
  if (type !== 'AppendEntries') throw new Error(`a ${type} in an election`);
  const { round, prevLogIndex, entries } = body;
  const matchIndex = prevLogIndex + entries.length;
  const reply = { term, requestTerm: term, inReplyTo: id, round, prevLogIndex, success: true, matchIndex };
  return { type: 'AppendEntriesReply', body: reply };
}
