import { Buffer } from 'node:buffer';
import type { Application, ApplicationEffect, ApplicationHost } from '../../peer/ports/Application.ts';
import type { SendSnapshotChunk, SnapshotMetadata, StoreSnapshotChunk } from '../../peer/raft/effect.ts';
import type { AppliedLedger } from './AppliedLedger.ts';
import type { Proposed } from './LogCluster.ts';

/** Where snapshots outlive their peer, each under the index of the last entry in it. */
export interface SnapshotShelf {
  /** @param done called when it is durable, never within this call; after a crash, not at all */
  write(index: number, text: string, done: () => void): void;
  /** @throws {Error} when there is none */
  read(index: number): string;
  forgetOlder(index: number): void;
}

export interface LabApplicationOptions {
  readonly peer: number;
  readonly ledger: AppliedLedger;
  readonly shelf: SnapshotShelf;
  /** In force when this life begins. */
  readonly snapshot: SnapshotMetadata | null;
  /** Does something soon, not within this call, and not after the peer's death. */
  readonly later: (work: () => void) => void;
}

/** Characters of a snapshot in one message: few, so that most snapshots of the lab take several. */
const PIECE_CHARACTERS = 1024;

interface Incoming {
  readonly source: string;
  text: string;
}

/**
 * The service of the lab's tester, for one life of a peer: it writes down whatever is applied, and its snapshots are the list of all
 * of that. It is the state machine, its snapshots and their couriers in one, without a promise, so that it runs in virtual time.
 */
export class LabApplication implements Application {
  readonly #options: LabApplicationOptions;
  #host: ApplicationHost | undefined;
  #requestId = 0;
  #proposed: Proposed | undefined;
  #isStopped = false;
  /** Applied here and not yet told; 0 when there is none. */
  #untoldIndex = 0;
  #inForce: SnapshotMetadata | null;
  #incoming: Incoming | undefined;

  constructor(options: LabApplicationOptions) {
    this.#options = options;
    this.#inForce = options.snapshot;
    const { ledger, peer, snapshot } = options;
    ledger.restarted(peer, snapshot === null ? [] : this.#commandsAt(snapshot.index));
  }

  start(host: ApplicationHost): void {
    this.#host = host;
  }

  stop(): void {
    this.#isStopped = true;
  }

  /** The lab's Start(). The core answers within the call. */
  propose(command: string): Proposed | undefined {
    this.#requestId += 1;
    this.#proposed = undefined;
    if (!this.#isStopped) {
      this.#host?.feed({ type: 'propose', proposals: [{ requestId: this.#requestId, command }] });
    }
    return this.#proposed;
  }

  carryOut(effect: ApplicationEffect): void {
    switch (effect.type) {
      case 'accepted':
        if (effect.requestId === this.#requestId) this.#proposed = { index: effect.index, term: effect.term };
        return;
      case 'apply':
        return this.#apply(effect.firstIndex, effect.entries);
      case 'takeSnapshot':
        return this.#take();
      case 'sendSnapshotChunk':
        return this.#soon(() => this.#sendPiece(effect));
      case 'storeSnapshotChunk':
        return this.#soon(() => this.#store(effect));
      case 'restore':
        return this.#options.ledger.restored(this.#options.peer, this.#commandsAt(effect.snapshot.index));
      case 'refused':
      case 'readReady':
      case 'transferred':
        return;
      default:
        effect satisfies never;
    }
  }

  /** There are no clients. */
  receive(): void {}

  snapshotInForce(snapshot: SnapshotMetadata): void {
    this.#inForce = snapshot;
    this.#options.shelf.forgetOlder(snapshot.index);
  }

  #apply(firstIndex: number, entries: readonly { readonly type: string; readonly command?: string }[]): void {
    const { ledger, peer } = this.#options;
    for (const [at, { type, command }] of entries.entries()) {
      // The lab's indexes leave no room for a leader's own entries.
      ledger.applied(peer, firstIndex + at, command ?? `an entry of type ${type}`);
    }
    const isTold = this.#untoldIndex > 0;
    this.#untoldIndex = firstIndex + entries.length - 1;
    if (isTold) return;
    this.#soon(() => {
      const index = this.#untoldIndex;
      this.#untoldIndex = 0;
      this.#host?.feed({ type: 'applied', index });
    });
  }

  #take(): void {
    const { ledger, peer, shelf } = this.#options;
    const commands = ledger.commandsOf(peer);
    const [index, text] = [commands.length, JSON.stringify(commands)];
    const tell = (): void => {
      if (!this.#isStopped) this.#host?.feed({ type: 'snapshotTaken', index, bytes: text.length });
    };
    shelf.write(index, text, tell);
  }

  #sendPiece({ to, id, term, lastIncludedIndex, offset: wanted, after }: SendSnapshotChunk): void {
    const snapshot = this.#inForce;
    if (snapshot === null) return;
    const text = this.#options.shelf.read(snapshot.index);
    const offset = lastIncludedIndex === snapshot.index ? wanted : 0;
    const piece = text.slice(offset, offset + PIECE_CHARACTERS);
    const body = {
      ...{ term, lastIncludedIndex: snapshot.index, lastIncludedTerm: snapshot.term },
      ...{ configuration: snapshot.configuration, offset, data: Buffer.from(piece).toString('base64') },
      done: offset + piece.length >= text.length,
    };
    this.#host?.send(to, id, { type: 'InstallSnapshot', body }, after);
  }

  #store({ from, id, chunk }: StoreSnapshotChunk): void {
    const { term: requestTerm, lastIncludedIndex, lastIncludedTerm, configuration, offset, data, done } = chunk;
    const source = `${from} ${lastIncludedTerm} ${lastIncludedIndex}`;
    if (this.#incoming?.source !== source) this.#incoming = { source, text: '' };
    const incoming = this.#incoming;
    const fits = offset === incoming.text.length;
    if (fits) incoming.text += Buffer.from(data, 'base64').toString();
    const { text } = incoming;
    const stored = { from, id, requestTerm, lastIncludedIndex, nextOffset: text.length };
    if (!fits || !done) return this.#host?.feed({ type: 'snapshotChunkStored', ...stored });
    this.#incoming = undefined;
    this.#options.shelf.write(lastIncludedIndex, text, () => {
      if (!this.#isStopped) this.#host?.feed({ type: 'snapshotStored', ...stored, lastIncludedTerm, configuration });
    });
  }

  /** @throws {Error} when the snapshot is not what the lab's service writes */
  #commandsAt(index: number): string[] {
    const commands = JSON.parse(this.#options.shelf.read(index)) as string[];
    if (commands.length === index) return commands;
    throw new Error(`the snapshot at ${index} has ${commands.length} commands`);
  }

  #soon(work: () => void): void {
    this.#options.later(() => {
      if (!this.#isStopped) work();
    });
  }
}
