import type { Head } from '../../shared/envelope.ts';
import { type DropCause, noDrops, type Traffic } from '../../shared/http/Traffic.ts';
import { damaged } from '../faults/damage.ts';
import type { Faults } from '../faults/Faults.ts';
import { LinkFaults } from '../faults/LinkFaults.ts';
import { judge, type Fate, type PlannedCopy, type Strike } from '../faults/judge.ts';
import type { Journal } from '../journal/Journal.ts';
import type { FrameSamples } from '../live/FrameSamples.ts';
import type { LiveFeed } from '../live/LiveFeed.ts';
import { DelayedFrames, type DelayedFrame, type FrameFacts } from './DelayedFrames.ts';
import type { ClusterFaults } from './ClusterFaults.ts';
import type { Endpoint } from './Endpoint.ts';
import type { HubServices } from './HubServices.ts';
import { Link } from './Link.ts';
import type { MessageKind } from './messageKinds.ts';
import type { RelayTrace } from './RelayTrace.ts';
import type { Roster } from './Roster.ts';

/** The counters of `Traffic`, to be changed in place. */
type Counters = { -readonly [Name in keyof Traffic]: Traffic[Name] };

export interface CarrierParts {
  readonly services: HubServices;
  readonly roster: Roster;
  readonly journal: Journal;
  readonly trace: RelayTrace;
  readonly feed: LiveFeed;
  readonly faults: ClusterFaults;
}

/** Ids that nobody has had, which the frames of one sender are counted for: any name may be made up. */
const NOBODIES_MAX = 256;

/** Carries the frames of one cluster from endpoint to endpoint, as far as the faults and the receivers let it, and counts. */
export class FrameCarrier {
  readonly traffic: Counters = noTraffic();
  readonly delayed: DelayedFrames;
  /** There while a viewer wants to see frames. */
  samples: FrameSamples | undefined;
  readonly #parts: CarrierParts;
  readonly #tracesFrames: boolean;

  constructor(parts: CarrierParts) {
    this.#parts = parts;
    const { options, turn, delayedBytes } = parts.services;
    this.#tracesFrames = options.trace.wants('frame');
    this.delayed = new DelayedFrames({
      // What arrives is told with the time at which it does, however long the turn has lasted.
      clock: () => turn.readClock(),
      framesMax: options.delayedFramesMax,
      bytesMax: options.delayedBytesMax,
      total: delayedBytes,
      onDue: (frame, waitedMs, nowMs, underWayMs) => this.#arrive(frame, waitedMs, nowMs, underWayMs),
    });
  }

  /** @param frame its bytes, which the caller may use again afterwards */
  carry(sender: Endpoint, head: Omit<Head, 'bodyOffset'>, kind: MessageKind | undefined, frame: Uint8Array): void {
    const { traffic } = this;
    traffic.framesIn += 1;
    traffic.bytesIn += frame.length;
    if (kind === 'request') {
      traffic.requests += 1;
      traffic.labBytes += frame.length;
    }
    const link = sender.links.get(head.to) ?? this.#link(sender, head.to);
    if (link === undefined) {
      this.#toNobody(sender, head, kind, frame);
      return;
    }
    const nowMs = this.#nowMs();
    this.delayed.catchUp(nowMs);
    const faults = this.#parts.faults.at(nowMs);
    const orderMs = link.faults.lastAtMs;
    const fate = judge(link.faults, head.type, frame.length, faults, nowMs);
    const facts = factsOf(head, kind, frame, link.faults.frames, faults.epoch);
    if (fate.type === 'delivered') {
      const cause = offer(link, frame);
      if (cause === undefined) this.#delivered(link, facts, frame.length, 0);
      else this.#count(link, cause);
      this.#note(facts, frame, cause, '');
    } else if (fate.type === 'dropped') {
      this.#dropped(link, facts, frame, fate.cause, wordsOf(fate.strikes));
      this.#close(link, fate);
    } else {
      const waits = this.#plan(link, facts, frame, fate, nowMs);
      // Nobody waits for a frame that was lost.
      if (!waits) link.faults.lastAtMs = orderMs;
    }
  }

  /** The receiver is not known, and may come yet: the frame has the number and the fate that it would have if it were only away. */
  #toNobody(sender: Endpoint, head: Omit<Head, 'bodyOffset'>, kind: MessageKind | undefined, frame: Uint8Array): void {
    const { linksToNobody } = sender;
    let link = linksToNobody.get(head.to);
    if (link === undefined && linksToNobody.size < NOBODIES_MAX) {
      link = new LinkFaults(sender, { id: head.to, isClient: false, role: undefined });
      linksToNobody.set(head.to, link);
    }
    if (link === undefined) {
      this.#dropped(undefined, factsOf(head, kind, frame, 0, 0), frame, 'absent', '');
      return;
    }
    const nowMs = this.#nowMs();
    const faults = this.#parts.faults.at(nowMs);
    const fate = judge(link, head.type, frame.length, faults, nowMs);
    link.lastAtMs = -Infinity;
    const facts = factsOf(head, kind, frame, link.frames, faults.epoch);
    const cause = fate.type === 'dropped' ? fate.cause : 'absent';
    this.#dropped(undefined, facts, frame, cause, fate.type === 'delivered' ? '' : wordsOf(fate.strikes));
    if (fate.type === 'dropped') this.#close({ sender }, fate);
  }

  /** Counts what waited and was lost after all. */
  lose(frame: DelayedFrame, cause: DropCause, waitedMs: number): void {
    this.#settle(frame, frame.text.length, cause, waitedMs);
  }

  /** Nothing that waits will come any more. */
  stop(): void {
    this.delayed.stop();
  }

  /**
   * The start of the turn, read once, is near enough while nothing is timed; with rules, a delay that counted from the start of
   * the turn would end before its time for a frame that was sent in its midst.
   */
  #nowMs(): number {
    const { services, faults } = this.#parts;
    const isTimed = faults.current.rules.length > 0 || this.delayed.queue.delayedCount > 0;
    return isTimed ? services.turn.readClock() : services.turn.nowMs();
  }

  /** @returns whether a copy that keeps the order of its link waits now */
  #plan(
    link: Link,
    facts: FrameFacts,
    frame: Uint8Array,
    { copies, strikes }: Extract<Fate, { type: 'planned' }>,
    nowMs: number,
  ): boolean {
    if (link.receiver.connection === undefined) {
      this.#dropped(link, facts, frame, 'absent', wordsOf(strikes));
      return false;
    }
    this.#parts.services.turn.begin();
    this.traffic.framesCopied += copies.length - 1;
    const words = wordsOf(strikes);
    const delaysMs = delaysOf(copies, nowMs);
    facts.seq = this.#parts.journal.frame(facts, 'planned', undefined, words, delaysMs);
    this.samples?.sent(facts, frame, { fate: 'planned', strikes: words, delaysMs });
    let waits = false;
    copies.forEach((copy, copyNumber) => {
      const bytes = copy.damage === undefined ? frame : damaged(frame, copy.damage);
      const planned = { facts, link, copyNumber };
      if (copy.heldBy === undefined && copy.atMs !== undefined && copy.atMs <= nowMs && !mustWait(link, copy)) {
        this.#settle(planned, bytes.length, offer(link, bytes), 0);
      } else if (this.delayed.add(bytes, planned, copy, nowMs)) {
        waits ||= copy.inOrder && copy.heldBy === undefined;
      } else {
        this.#settle(planned, bytes.length, 'bufferFull', 0);
      }
    });
    return waits;
  }

  #arrive(frame: DelayedFrame, waitedMs: number, nowMs: number, underWayMs: number): void {
    const { link, text } = frame;
    const faults = this.#parts.faults.at(nowMs);
    const isCut = cutsInFlight(faults) && link.faults.wasCut(faults, underWayMs, nowMs);
    this.#settle(frame, text.length, isCut ? 'partition' : offer(link, Buffer.from(text, 'latin1')), waitedMs);
  }

  /** The end of a copy that was planned. */
  #settle(copy: Omit<DelayedFrame, 'text'>, bytes: number, cause: DropCause | undefined, waitedMs: number): void {
    const { facts, link, copyNumber } = copy;
    if (cause === undefined) this.#delivered(link, facts, bytes, copyNumber);
    else this.#count(link, cause);
    this.#parts.journal.arrival(facts, cause, waitedMs);
    this.samples?.ended(facts.seq, copyNumber, cause);
    if (this.#tracesFrames) this.#parts.trace.frame(facts, facts.bytes, cause);
  }

  #delivered(link: Link, { kind }: FrameFacts, bytes: number, copyNumber: number): void {
    const { traffic } = this;
    traffic.framesDelivered += 1;
    traffic.bytesDelivered += bytes;
    if (kind === 'reply' && copyNumber === 0) traffic.labBytes += bytes;
    link.delivered += 1;
    this.#parts.feed.noteLink(link);
  }

  #dropped(link: Link | undefined, facts: FrameFacts, frame: Uint8Array, cause: DropCause, strikes: string): void {
    this.#count(link, cause);
    this.#note(facts, frame, cause, strikes);
  }

  #count(link: Link | undefined, cause: DropCause): void {
    this.traffic.framesDropped[cause] += 1;
    if (link === undefined) return;
    link.dropped += 1;
    this.#parts.feed.noteLink(link);
  }

  #note(facts: FrameFacts, frame: Uint8Array, cause: DropCause | undefined, strikes: string): void {
    const { services, journal, trace } = this.#parts;
    // It has left, if it leaves now; and all that is told of it has one time.
    services.turn.begin();
    const fate = cause === undefined ? 'delivered' : 'dropped';
    facts.seq = journal.frame(facts, fate, cause, strikes);
    this.samples?.sent(facts, frame, { fate, cause, strikes });
    if (this.#tracesFrames) trace.frame(facts, facts.bytes, cause);
  }

  #close(
    link: { readonly sender: Endpoint; readonly receiver?: Endpoint },
    { disconnect, strikes }: Extract<Fate, { type: 'dropped' }>,
  ): void {
    if (disconnect === undefined) return;
    const rule = strikes.find(({ fault }) => fault === 'disconnect')?.rule.name ?? '';
    const end = disconnect === 'sender' ? link.sender : link.receiver;
    end?.connection?.cut(`the rule ${rule} closed its connection`);
  }

  /** @returns undefined for a receiver that the relay has never heard of: any name may be made up */
  #link(sender: Endpoint, to: string): Link | undefined {
    const receiver = this.#parts.roster.get(to);
    if (receiver === undefined) return undefined;
    const link = new Link(sender, receiver, sender.linksToNobody.get(to));
    sender.linksToNobody.delete(to);
    sender.links.set(to, link);
    return link;
  }
}

/** What is on its way across a cut is lost, unless the partition, or else the profile that it came under, says otherwise. */
export function cutsInFlight({ partition }: Faults): boolean {
  return partition?.inFlight === 'cut';
}

/** Others of its link that keep the order are before it. */
function mustWait(link: Link, { inOrder }: PlannedCopy): boolean {
  return inOrder && link.faults.waitingInOrder > 0;
}

/** @returns why the frame was dropped, or undefined when the receiver's socket has it */
function offer({ receiver }: Link, frame: Uint8Array): DropCause | undefined {
  const { connection } = receiver;
  if (connection === undefined) return 'absent';
  return connection.offer(frame) ? undefined : 'slowReader';
}

function factsOf(
  { type, from, to, id }: Omit<Head, 'bodyOffset'>,
  kind: MessageKind | undefined,
  { length }: Uint8Array,
  number: number,
  epoch: number,
): FrameFacts {
  return { type, from, to, id, kind, bytes: length, number, epoch, seq: 0 };
}

function wordsOf(strikes: readonly Strike[]): string {
  return strikes.map(({ rule, fault }) => `${rule.name}:${fault}`).join(',');
}

/** How long each copy is to wait; -1 for one that is held. */
function delaysOf(copies: readonly PlannedCopy[], nowMs: number): number | readonly number[] {
  const delayOf = ({ atMs }: PlannedCopy): number => (atMs === undefined ? -1 : Math.max(0, atMs - nowMs));
  const [first, ...others] = copies;
  return first !== undefined && others.length === 0 ? delayOf(first) : copies.map(delayOf);
}

function noTraffic(): Counters {
  return {
    ...{ framesIn: 0, bytesIn: 0, framesCopied: 0, framesDelivered: 0, bytesDelivered: 0, framesUnsent: 0 },
    framesDropped: noDrops(),
    ...{ requests: 0, labBytes: 0, controlFrames: 0 },
  };
}
