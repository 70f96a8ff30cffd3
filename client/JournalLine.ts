import type { Status } from '../shared/messages/Status.ts';
import type { Profile } from '../shared/http/Network.ts';
import type { Partition } from '../shared/http/Partition.ts';
import type { Rule } from '../shared/http/Rule.ts';

/** What a journal can be asked for. */
export const JOURNAL_KINDS = ['frame', 'arrival', 'faults', 'connection', 'status'] as const;
export type JournalKind = (typeof JOURNAL_KINDS)[number];

interface Line<Kind extends string> {
  /** Grows by one with everything that happens in the cluster. */
  readonly seq: number;
  /** Milliseconds since the Unix epoch. */
  readonly timeMs: number;
  readonly kind: Kind;
}

/** The first line of a journal. */
export interface JournalHead extends Line<'journal'> {
  readonly cluster: string;
  readonly seed: string;
  readonly version: string;
  readonly startedAtMs: number;
  /** Lines that were, and that the relay does not remember any more. */
  readonly forgotten: number;
}

/** A frame, and what the faults in force made of it. */
export interface FrameLine extends Line<'frame'> {
  readonly type: string;
  readonly from: string;
  readonly to: string;
  readonly id: string;
  readonly bytes: number;
  /** On its directed link, from the seed on. */
  readonly number: number;
  readonly epoch: number;
  readonly fate: 'delivered' | 'dropped' | 'planned';
  readonly cause?: string;
  /** Which rule struck with what, as `slow:delay`. */
  readonly strikes?: readonly string[];
  /** Of a planned frame: when each copy is to arrive, or which rule holds it. */
  readonly copies?: readonly ({ readonly delayMs: number } | { readonly heldBy: string })[];
  readonly damaged?: boolean | string;
}

/** A copy that was planned for later, and what became of it. */
export interface ArrivalLine extends Line<'arrival'> {
  readonly from: string;
  readonly to: string;
  readonly number: number;
  readonly id: string;
  /** How much later it came than it was to. */
  readonly lateMs: number;
  readonly fate: 'delivered' | 'dropped';
  readonly cause?: string;
}

/** The whole of the faults, each time that they changed. */
export interface FaultsLine extends Line<'faults'> {
  readonly epoch: number;
  readonly seed: string;
  readonly change: {
    readonly rules?: Readonly<Record<string, Rule>>;
    readonly partition?: Partition | null;
    readonly profile?: Profile;
  };
  /** Since the journal began. */
  readonly elapsedMs: number;
}

export interface ConnectionLine extends Line<'connection'> {
  readonly event: 'connected' | 'disconnected' | 'disconnectedByOperator';
  readonly id: string;
  readonly reason?: string;
  readonly forMs?: number;
}

/** What a peer told of itself. */
export interface StatusLine extends Line<'status'> {
  readonly id: string;
  readonly status: Status;
}

export type JournalLine = JournalHead | FrameLine | ArrivalLine | FaultsLine | ConnectionLine | StatusLine;

export interface JournalOptions {
  /** Only what came after this line. */
  readonly after?: number;
  /** Default: all of them. */
  readonly kinds?: readonly JournalKind[];
  /** So many lines at most. */
  readonly limit?: number;
  /** Goes on with what happens from then on, until the signal ends it. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
}
