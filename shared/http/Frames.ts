import { PeerId } from '../ids.ts';
import { VoteRefusal } from '../messages/VoteRefusal.ts';
import { Count, FrameId, LogIndex, Term } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';
import { JournalFrame } from './Journal.ts';

/** What the body of a frame of Raft says, in short; for viewers only. The relay decides nothing by it. */
export const FrameGist = Type.Object({
  term: Type.Optional(Term),
  /** AppendEntries: how many; 0 is a heartbeat. */
  entries: Type.Optional(Count),
  prevLogIndex: Type.Optional(LogIndex),
  leaderCommit: Type.Optional(LogIndex),
  /** A reply: whether it says yes. */
  yes: Type.Optional(Type.Boolean()),
  refusal: Type.Optional(VoteRefusal),
  matchIndex: Type.Optional(LogIndex),
  /** A reply: the sender's number of the request. */
  inReplyTo: Type.Optional(FrameId),
});
export type FrameGist = Static<typeof FrameGist>;

const { seq, timeMs, type, from, to, id, bytes, fate, cause, strikes, delaysMs } = JournalFrame.properties;

/** A frame and its fate, as the relay judged it. The fields are those of the journal's line of the same `seq`. */
export const FrameSample = Type.Object({
  seq,
  timeMs,
  type,
  from,
  to,
  id,
  bytes,
  fate,
  cause,
  strikes,
  delaysMs,
  gist: Type.Optional(FrameGist),
});
export type FrameSample = Static<typeof FrameSample>;

/** A copy that waited arrived, or with a cause was lost after all. */
export const FrameEnd = Type.Object({
  /** Of its frame. */
  seq,
  /** Which of the frame's `delaysMs` it is, from 0. */
  copy: Count,
  timeMs,
  cause,
});
export type FrameEnd = Static<typeof FrameEnd>;

/** Stands for all links, where waiting copies are too many to be counted by link. */
export const ALL_LINKS = '*';

/**
 * The third message of a feed that was asked for with `?frames=sampled`: right behind each snapshot and delta.
 * Some frames of every link, and how many there were of a link that had more.
 */
export const LiveFrames = Type.Object({
  type: Type.Literal('frames'),
  timeMs: Type.Number(),
  /** The first after a snapshot: what waits in the relay's queue now, at most 500, the next due first. */
  isWhole: Type.Boolean(),
  frames: Type.Array(FrameSample),
  /** Of frames that were told before. */
  ends: Type.Array(FrameEnd),
  /** Links with more frames than were told: all that were judged since the last message, by type. */
  crowded: Type.Array(Type.Object({ from: PeerId, to: PeerId, counts: Type.Record(Type.String(), Count) })),
  /** Copies that wait, by link, where there are any; or one sum, from and to ALL_LINKS. */
  queues: Type.Array(
    Type.Object({
      from: Type.Union([PeerId, Type.Literal(ALL_LINKS)]),
      to: Type.Union([PeerId, Type.Literal(ALL_LINKS)]),
      delayed: Count,
      held: Count,
    }),
  ),
});
export type LiveFrames = Static<typeof LiveFrames>;

/** The answer of `GET .../frames/:seq`. */
export const FrameText = Type.Object({
  seq,
  /** As it came, cut at 4 KiB. */
  text: Type.String(),
  truncated: Type.Boolean(),
});
export type FrameText = Static<typeof FrameText>;
