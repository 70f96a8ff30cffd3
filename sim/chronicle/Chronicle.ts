import type { RaftEvent } from '../../peer/raft/event.ts';
import type { PeerId } from '../../shared/ids.ts';
import type { EndpointMessage } from '../../shared/protocol.ts';
import type { Call } from '../History.ts';
import type { Fate } from '../Network.ts';
import type { SeedListeners } from '../runSeed.ts';
import type { Simulation } from '../Simulation.ts';

/** What is remembered of each sort; the oldest are forgotten first. A run of half a minute has a tenth of it. */
const REMEMBERED_MAX = 200_000;

/** How one copy of a message ended. */
export interface MessageEnd {
  readonly atMs: number;
  readonly fate: Exclude<Fate, 'held' | 'duplicated'>;
  /** Orders what happens at one time. */
  readonly order: number;
}

export interface SentOnce {
  readonly sentMs: number;
  readonly from: PeerId;
  readonly to: PeerId;
  readonly id: number;
  readonly message: EndpointMessage;
  /** How many copies of it there are. */
  copies: number;
  /** A rule holds it, or held it. */
  isHeld: boolean;
  /** Fewer than copies while some are under way. */
  readonly ends: MessageEnd[];
}

export interface CoreEvent {
  readonly atMs: number;
  readonly order: number;
  readonly peer: PeerId;
  readonly event: RaftEvent;
}

export interface Note {
  readonly atMs: number;
  readonly order: number;
  readonly what: string;
}

/** What happened in a run, for people: give it to `runSeed` as the listeners. */
export class Chronicle {
  readonly messages: SentOnce[] = [];
  readonly events: CoreEvent[] = [];
  readonly notes: Note[] = [];
  #simulation: Simulation | undefined;
  #order = 0;
  /** By the message itself, since numbers begin anew with each life of a peer; then by receiver and number: one may go to several. */
  readonly #sent = new WeakMap<EndpointMessage, Map<string, SentOnce>>();

  get peers(): readonly PeerId[] {
    return this.#simulation?.ids ?? [];
  }

  get clients(): readonly PeerId[] {
    return this.#simulation?.workload?.clients.map(({ id }) => id) ?? [];
  }

  /** What the clients asked and were told. */
  get history(): readonly Call[] {
    return this.#simulation?.workload?.history ?? [];
  }

  /** How far the run came. */
  get endMs(): number {
    return this.#simulation?.nowMs ?? 0;
  }

  get listeners(): SeedListeners {
    return {
      onBegin: (simulation) => (this.#simulation = simulation),
      onNote: (atMs, what) => remember(this.notes, { atMs, order: this.#next(), what }),
      onEvent: (atMs, peer, event) => remember(this.events, { atMs, order: this.#next(), peer, event }),
      onSent: (sentMs, from, to, id, message) => {
        const sent = { sentMs, from, to, id, message, copies: 1, isHeld: false, ends: [] };
        this.#sendings(message).set(`${to} ${id}`, sent);
        remember(this.messages, sent);
      },
      onFate: (_from, to, id, message, fate) => {
        const sent = this.#sent.get(message)?.get(`${to} ${id}`);
        if (sent === undefined) return;
        if (fate === 'duplicated') sent.copies += 1;
        else if (fate === 'held') sent.isHeld = true;
        else sent.ends.push({ atMs: this.endMs, fate, order: this.#next() });
      },
    };
  }

  #next(): number {
    this.#order += 1;
    return this.#order;
  }

  #sendings(message: EndpointMessage): Map<string, SentOnce> {
    const known = this.#sent.get(message) ?? new Map<string, SentOnce>();
    this.#sent.set(message, known);
    return known;
  }
}

function remember<Item>(items: Item[], item: Item): void {
  items.push(item);
  if (items.length > REMEMBERED_MAX) items.splice(0, REMEMBERED_MAX / 10);
}
