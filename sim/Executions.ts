import { decodeCommand } from '../peer/machine/command.ts';
import type { PeerId } from '../shared/ids.ts';
import type { CommittedEntry } from './invariants.ts';
import { SimulationFailure } from './SimulationFailure.ts';

/** What a machine was given to apply. */
export interface Execution {
  readonly peer: PeerId;
  readonly index: number;
  readonly command: unknown;
  /** The entry that took effect before it at this machine, whatever was passed over since; 0 for none, undefined if it is not known. */
  readonly previousIndex: number | undefined;
}

/**
 * Every command takes effect once (paper, section 8): at one entry, however often it stands in the log, and at the same one on each
 * replica, whatever snapshots it was restored from.
 */
export class Executions {
  readonly #committed: () => readonly CommittedEntry[];
  /** Whether the entry at an index took effect; undefined while nobody came past it. */
  readonly #tookEffect: (boolean | undefined)[] = [];
  /** Where a request, or what it writes, took effect. */
  readonly #indexOf = new Map<string, number>();

  constructor(committed: () => readonly CommittedEntry[]) {
    this.#committed = committed;
  }

  /**
   * @param areValuesUnique whether every value is written by one command only, so that a client that asks again under another
   *   number is found out too
   * @throws {SimulationFailure}
   */
  executed({ peer, index, command, previousIndex = index - 1 }: Execution, areValuesUnique: boolean): void {
    for (let passed = previousIndex + 1; passed < index; passed += 1) this.#decide(peer, passed, false);
    if (this.#tookEffect[index] === true) return;
    this.#decide(peer, index, true);
    for (const name of this.#namesOf(index, command, areValuesUnique)) {
      const before = this.#indexOf.get(name);
      if (before !== undefined) {
        throw new SimulationFailure(
          `Exactly once: ${peer} executes ${name} at entry ${index}, which took effect at entry ${before}`,
        );
      }
      this.#indexOf.set(name, index);
    }
  }

  /** Whether replicas executed the entry; false as well while none of them has come to it. */
  tookEffect(index: number): boolean {
    return this.#tookEffect[index] === true;
  }

  #decide(peer: PeerId, index: number, tookEffect: boolean): void {
    const known = this.#tookEffect[index];
    if (known !== undefined && known !== tookEffect) {
      const [does, did] = tookEffect ? ['executes', 'passed over'] : ['passes over', 'executed'];
      throw new SimulationFailure(`Exactly once: ${peer} ${does} entry ${index}, which another replica ${did}`);
    }
    this.#tookEffect[index] = tookEffect;
  }

  #namesOf(index: number, command: unknown, areValuesUnique: boolean): string[] {
    const entry = this.#committed()[index - 1]?.entry;
    const logged = entry?.type === 'command' ? decodeCommand(entry.command) : undefined;
    if (logged === undefined) throw new SimulationFailure(`entry ${index} is executed, and is no committed command`);
    const names = [];
    if (logged.type === 'session') {
      names.push(`request ${logged.sequence} of the session ${logged.session} opened at ${logged.openedIndex}`);
    }
    if (areValuesUnique) {
      const { value } = command as { readonly value?: unknown };
      if (typeof value === 'string') names.push(`the write of ${JSON.stringify(value)}`);
    }
    return names;
  }
}
