import { peerId, type PeerId } from '../../shared/ids.ts';
import { FuzzChecks } from './fuzz/FuzzChecks.ts';
import { ScriptedRaft, type ScriptedRaftOptions } from './scriptedRaft.ts';

/** Nothing that is scripted takes longer. */
const ROUNDS_MAX = 600;

/**
 * Scripted cores that share a clock, of which any may be dead. What happens next is one write that is done or one message that
 * arrives, so that a crash can come between any two. Held after each: the properties of `FuzzChecks`.
 */
export class CrashCluster {
  readonly checks = new FuzzChecks();
  readonly names: readonly string[];
  readonly #random: () => number;
  readonly #peers: Map<string, ScriptedRaft>;
  readonly #dead = new Set<string>();
  readonly #appliedSeen = new Map<string, number>();

  /** @param random says what is next; without it it is always the oldest message of the first who has something to do */
  constructor(
    names: readonly string[],
    optionsOf: (name: string) => ScriptedRaftOptions,
    random: () => number = () => 0,
  ) {
    this.names = names;
    this.#random = random;
    this.#peers = new Map(
      names.map((name) => [name, new ScriptedRaft({ ...optionsOf(name), id: name, autoPersist: false })]),
    );
  }

  peer(name: string): ScriptedRaft {
    const peer = this.#peers.get(name);
    if (peer === undefined) throw new Error(`there is no ${name}`);
    return peer;
  }

  get leader(): ScriptedRaft | undefined {
    const leaders = this.#alive().filter(({ role }) => role === 'leader');
    return leaders.toSorted((one, other) => other.term - one.term)[0];
  }

  /** What was not durable is lost, and so is what it sent and has not arrived. */
  kill(name: string): void {
    this.#dead.add(name);
  }

  /** A dead one, or one that lives, begins with what its disk holds. */
  restart(name: string): void {
    this.#dead.delete(name);
    const { nowMs } = this.peer(name);
    const peer = this.peer(name).restart();
    this.#peers.set(name, peer);
    this.#appliedSeen.delete(name);
    this.#setClock(nowMs);
  }

  /** One write is done, or one message arrives. @returns false when neither is under way */
  next(): boolean {
    const alive = this.#alive();
    const first = Math.floor(this.#random() * alive.length);
    for (const peer of [...alive.slice(first), ...alive.slice(0, first)]) {
      if (peer.issued > peer.durable) peer.persisted(peer.durable + 1);
      else if (!this.#deliverFrom(peer)) continue;
      this.#check();
      return true;
    }
    return false;
  }

  /** Until nothing is under way, and then the next deadline of anybody; again and again until it is so. */
  runUntil(what: string, condition: () => boolean): void {
    for (let rounds = 0; rounds < ROUNDS_MAX; rounds += 1) {
      while (this.next());
      if (condition()) return;
      const peers = this.#alive();
      const due = peers.reduce((first, peer) => (peer.deadlineMs < first.deadlineMs ? peer : first));
      this.#setClock(due.deadlineMs);
      // One that has nothing to wait for any more does not ask again.
      due.deadlineMs = Number.POSITIVE_INFINITY;
      due.deadline();
      this.#check();
    }
    const accounts = this.#alive().map(({ id, status }) => {
      const { role, term, lastLogIndex, commitIndex, voters, votersOutgoing } = status;
      return { id, role, term, lastLogIndex, commitIndex, voters, votersOutgoing };
    });
    throw new Error(`${what} is not reached: ${JSON.stringify(accounts)}`);
  }

  isAlive(name: string): boolean {
    return !this.#dead.has(name);
  }

  #alive(): ScriptedRaft[] {
    return this.names.filter((name) => this.isAlive(name)).map((name) => this.peer(name));
  }

  #setClock(nowMs: number): void {
    for (const peer of this.#peers.values()) peer.nowMs = Math.max(peer.nowMs, nowMs);
  }

  #deliverFrom(peer: ScriptedRaft): boolean {
    const [send] = peer.sent.splice(Math.floor(this.#random() * peer.sent.length), 1);
    if (send === undefined) return false;
    if (this.#peers.has(send.to) && !this.#dead.has(send.to))
      this.peer(send.to).receive(peer.id, send.message, send.id);
    return true;
  }

  #check(): void {
    for (const peer of this.#alive()) {
      if (peer.role === 'leader') {
        this.checks.leads(peer.id, peer.term, { ...peer.disk, base: { index: 0, term: 0 }, entries: peer.logAsked });
      }
      this.#checkApplied(peer);
      const impossible = peer.eventsOf('ignored').find(({ reason }) => reason === 'impossible');
      if (impossible !== undefined) throw new Error(`${peer.id} was sent what no correct peer sends`);
    }
  }

  #checkApplied(peer: ScriptedRaft): void {
    const seen = this.#appliedSeen.get(peer.id) ?? 0;
    for (const { firstIndex, entries } of peer.applied.slice(seen)) {
      for (const [at, entry] of entries.entries()) this.checks.applied(peer.id, firstIndex + at, entry, peer.term);
    }
    this.#appliedSeen.set(peer.id, peer.applied.length);
  }
}

export function ids(names: readonly string[]): PeerId[] {
  return names.map(peerId);
}
