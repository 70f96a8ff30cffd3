import { ELECTION_DEFAULTS, type RaftOptions } from '../../peer/raft/options.ts';
import { Raft } from '../../peer/raft/Raft.ts';
import type { Effect } from '../../peer/raft/effect.ts';
import type { Input } from '../../peer/raft/input.ts';
import type { StoredRaftState } from '../../peer/raft/RaftState.ts';
import { configurationOf } from '../../peer/raft/configuration.ts';
import { peerId } from '../../shared/ids.ts';
import type { Entry } from '../../shared/messages/Entry.ts';
import { seededRandom } from '../../shared/random.ts';

export const [SELF, LEADER, OTHER] = [peerId('p1'), peerId('p2'), peerId('p3')];

/**
 * A core that is driven as its driver would: time goes on, each write is told to be durable, what is handed out is applied,
 * and a snapshot is taken when it is asked for, so that the log stays bounded.
 */
export class DrivenCore {
  readonly raft: Raft;
  /** Called with each input before its step, and after it. */
  readonly #measure: ((input: Input, step: () => Effect[]) => Effect[]) | undefined;
  readonly #writesTogether: number;
  #unwritten = 0;
  #nowMs = 0;

  /** @param writesTogether how many are told to be durable at a time: while one is under way, the next ones gather */
  constructor(measure?: (input: Input, step: () => Effect[]) => Effect[], writesTogether = 1) {
    this.#writesTogether = writesTogether;
    const random = seededRandom('core', 'elections');
    // As in a peer that is not traced.
    const options: RaftOptions = { ...ELECTION_DEFAULTS, id: SELF, random, wantsDetails: () => false };
    const stored: StoredRaftState = {
      hardState: { currentTerm: 0, votedFor: null },
      base: { index: 0, term: 0 },
      entries: [],
      snapshot: null,
      bootstrap: configurationOf([SELF, LEADER, OTHER]),
    };
    this.raft = new Raft(options, stored);
    this.#measure = measure;
    this.give({ type: 'start', nowMs: this.nextMs });
  }

  /** The time of the next input. A hundred-thousandth of a millisecond a step: no deadline comes near. */
  get nextMs(): number {
    this.#nowMs += 1e-5;
    return this.#nowMs;
  }

  /** One input, and whatever follows from its effects. @returns the effects of the input itself */
  give(input: Input): Effect[] {
    const effects =
      this.#measure === undefined ? this.raft.step(input) : this.#measure(input, () => this.raft.step(input));
    for (const effect of effects) this.#follow(effect);
    return effects;
  }

  written(sequence: number): void {
    this.#unwritten = 0;
    this.give({ type: 'persisted', nowMs: this.nextMs, sequence });
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }

  #follow(effect: Effect): void {
    switch (effect.type) {
      case 'persist':
        this.#unwritten += 1;
        if (this.#unwritten >= this.#writesTogether) this.written(effect.sequence);
        return;
      case 'apply':
        this.give({ type: 'applied', nowMs: this.nextMs, index: effect.firstIndex + effect.entries.length - 1 });
        return;
      case 'takeSnapshot':
        this.give({ type: 'snapshotTaken', nowMs: this.nextMs, index: effect.index });
        return;
      default:
        return;
    }
  }
}

/** Made beforehand, as they would be by whoever proposes them. */
const COMMANDS = Array.from({ length: 1000 }, (_, number) => commandText(number));

export function commandOf(number: number): string {
  return COMMANDS[number % COMMANDS.length] ?? '';
}

function commandText(number: number): string {
  return `["p",1700000000000,{"type":"put","key":"key-${number}","value":"${'x'.repeat(100)}"}]`;
}

export function entryOf(number: number): Entry {
  return { term: 1, type: 'command', command: commandOf(number) };
}
