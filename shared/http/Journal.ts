import { ClusterId, PeerId } from '../ids.ts';
import { Status } from '../messages/Status.ts';
import { Count, FrameId, Milliseconds } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';
import { Partition } from './Partition.ts';
import { Orphans, Profile } from './Network.ts';
import { Rule, RuleName } from './Rule.ts';
import { DROP_CAUSES, type DropCause } from './Traffic.ts';

/** What a journal holds, by kind of line. The first line of what is downloaded is of the kind `journal`. */
export const JOURNAL_KINDS = ['frame', 'arrival', 'faults', 'release', 'connection', 'status'] as const;
export type JournalKind = (typeof JOURNAL_KINDS)[number];

/** Grows by one with each line of a cluster's journal, of whatever kind. */
const seq = Count;
/** Milliseconds since the Unix epoch, with a fraction. */
const timeMs = Type.Number();
const cause = Type.Optional(Type.Unsafe<DropCause>(Type.Union(DROP_CAUSES.map((word) => Type.Literal(word)))));

export const JournalHead = Type.Object({
  kind: Type.Literal('journal'),
  cluster: ClusterId,
  version: Type.String(),
  timeMs,
  /** The number of the newest line; 0 when there is none yet. */
  newest: Count,
  /** Of the lines after the number that was asked for, those that were forgotten to make room: of the lowest numbers, but of kinds apart. */
  forgotten: Count,
});

/** A frame came from an endpoint, and this is its fate. */
export const JournalFrame = Type.Object({
  kind: Type.Literal('frame'),
  ...{ seq, timeMs },
  type: Type.String(),
  from: PeerId,
  to: PeerId,
  /** The sender's number of the frame. */
  id: FrameId,
  bytes: Count,
  /** The relay's number of the frame on its link, from 1: what its fate was drawn from, with the seed. */
  number: Count,
  epoch: Count,
  /** `planned`: it waits; what becomes of each copy is told by an `arrival`. */
  fate: Type.Union([Type.Literal('delivered'), Type.Literal('planned'), Type.Literal('dropped')]),
  cause,
  /** The rules that struck it, each with its fault, such as `slow:delay`. */
  strikes: Type.Optional(Type.Array(Type.String())),
  /** How long each copy is to wait, in milliseconds; null while a rule holds it. */
  delaysMs: Type.Optional(Type.Array(Type.Union([Milliseconds, Type.Null()]))),
});
export type JournalFrame = Static<typeof JournalFrame>;

/** A copy that waited was delivered, or lost after all. */
export const JournalArrival = Type.Object({
  kind: Type.Literal('arrival'),
  ...{ seq, timeMs },
  type: Type.String(),
  from: PeerId,
  to: PeerId,
  id: FrameId,
  bytes: Count,
  number: Count,
  epoch: Count,
  fate: Type.Union([Type.Literal('delivered'), Type.Literal('dropped')]),
  cause,
  /** How long it waited. */
  waitedMs: Milliseconds,
});
export type JournalArrival = Static<typeof JournalArrival>;

/** The faults changed: everything that is in force from now on. */
export const JournalFaults = Type.Object({
  kind: Type.Literal('faults'),
  ...{ seq, timeMs },
  epoch: Count,
  seed: Type.String(),
  profile: Profile,
  partition: Type.Union([Partition, Type.Null()]),
  /** The user's, not the profile's. */
  rules: Type.Record(RuleName, Rule),
  /** Of these, the ones that were put in force by their names, and began anew even if they were the same as before. */
  renewed: Type.Optional(Type.Array(RuleName)),
  /** Of the ids that are named, those of clients: whoever puts these faults in force elsewhere may find that they are not there yet. */
  clients: Type.Optional(Type.Array(PeerId)),
  /** What was to become of frames that waited for rules which went, if somebody said so. */
  frames: Type.Optional(Type.Union([Orphans, Type.Null()])),
  /** This change set the seed, and with it began the numbers of all links anew. */
  seedSet: Type.Optional(Type.Boolean()),
  /** It was a heal, which ends refusals too. */
  healed: Type.Optional(Type.Boolean()),
  /** One sentence. */
  text: Type.String(),
});
export type JournalFaults = Static<typeof JournalFaults>;

/** Frames that a rule held were let go. */
export const JournalRelease = Type.Object({
  kind: Type.Literal('release'),
  ...{ seq, timeMs },
  rule: RuleName,
  /** Whether it is a rule of the profile. */
  ofProfile: Type.Optional(Type.Boolean()),
  order: Type.Union([Type.Literal('inOrder'), Type.Literal('shuffled')]),
  /** The first so many only; null for all. */
  first: Type.Union([Count, Type.Null()]),
  released: Count,
});
export type JournalRelease = Static<typeof JournalRelease>;

export const JournalConnection = Type.Object({
  kind: Type.Literal('connection'),
  ...{ seq, timeMs },
  event: Type.Union([
    Type.Literal('connected'),
    Type.Literal('disconnected'),
    /** Somebody cut it over HTTP. */
    Type.Literal('cut'),
    /** A rule made the network slow to answer it. */
    Type.Literal('slowed'),
    /** Somebody asked it over HTTP to take its election timer for run out. */
    Type.Literal('timeOut'),
    /** When it ended, the last `frames` frames that were told as delivered to it still waited in the relay, and were lost. */
    Type.Literal('unsent'),
  ]),
  id: PeerId,
  reason: Type.Optional(Type.String()),
  /** `cut`: how long its next connections are refused. `slowed`: how much later it is answered. */
  forMs: Type.Optional(Milliseconds),
  frames: Type.Optional(Count),
});
export type JournalConnection = Static<typeof JournalConnection>;

export const JournalStatus = Type.Object({
  kind: Type.Literal('status'),
  ...{ seq, timeMs },
  id: PeerId,
  status: Status,
});
export type JournalStatus = Static<typeof JournalStatus>;

export const JournalLine = Type.Union([
  JournalHead,
  JournalFrame,
  JournalArrival,
  JournalFaults,
  JournalRelease,
  JournalConnection,
  JournalStatus,
]);
export type JournalLine = Static<typeof JournalLine>;
