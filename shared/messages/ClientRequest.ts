import { PeerId } from '../ids.ts';
import { Count, LogIndex, MEMBERS_MAX, Milliseconds } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';
import { Instance } from './Hello.ts';

const strict = { additionalProperties: false } as const;

/** The most requests of one frame. */
export const REQUESTS_PER_FRAME_MAX = 1_024;

/** Far above the way to a peer and back: a session that ends while its commands are under way is no use. Clients hold to it. */
export const SESSION_TIME_TO_LIVE_MS_MIN = 1_000;
/** Longer ones are cut to it by every replica alike. */
export const SESSION_TIME_TO_LIVE_MS_MAX = 30 * 24 * 60 * 60 * 1_000;

/** Drawn by the client, at random: whoever knows it may speak for the session. */
export const SessionId = Type.String({ minLength: 1, maxLength: 64 });

const Members = Type.Array(PeerId, { maxItems: MEMBERS_MAX });

/** Who is to vote, who is to learn only, and who is to go. Members that are not named stay what they are. */
export const MemberChange = Type.Object({ voters: Members, learners: Members, removed: Members }, strict);
export type MemberChange = Static<typeof MemberChange>;

/** What a client may ask of a peer. Commands, queries and their answers are the state machine's; nobody else looks into them. */
export const Operation = Type.Union([
  /**
   * A session is remembered until it is closed, or not used for `timeToLiveMs` of replicated time. Opening it again renews it. The
   * answer is `{ openedIndex }`, the same each time while it is remembered.
   */
  Type.Object({ type: Type.Literal('openSession'), session: SessionId, timeToLiveMs: Count }, strict),
  Type.Object({ type: Type.Literal('closeSession'), session: SessionId }, strict),
  Type.Object(
    {
      type: Type.Literal('command'),
      command: Type.Unknown(),
      /** Without it the command takes effect as often as it arrives. */
      session: Type.Optional(
        Type.Object(
          {
            id: SessionId,
            /** As opening it answered: under the same id, a session that was opened anew is another one. */
            openedIndex: LogIndex,
            /** 1, 2, 3, ... A repeated request keeps its number. */
            sequence: Count,
            /** The client will not repeat requests up to this one. */
            answeredThrough: Count,
          },
          strict,
        ),
      ),
    },
    strict,
  ),
  /** `stale`: as this very peer sees it, which may be long behind. */
  Type.Object(
    {
      type: Type.Literal('query'),
      query: Type.Unknown(),
      consistency: Type.Union([Type.Literal('linearizable'), Type.Literal('stale')]),
    },
    strict,
  ),
  Type.Object({ type: Type.Literal('changeMembers'), change: MemberChange }, strict),
  Type.Object({ type: Type.Literal('transferLeadership'), to: PeerId }, strict),
]);
export type Operation = Static<typeof Operation>;

/** Requests of a client to one peer: those that it had when it came to sending (thesis, figure 6.1, for several at once). */
export const ClientRequest = Type.Object(
  {
    /**
     * The process that is asked, by the `Directory`. Another process of the peer carries nothing of it out (`PEER_RESTARTED`): what
     * comes late or twice is not done by one that cannot know what the first one did with it.
     */
    instance: Instance,
    requests: Type.Array(
      Type.Object(
        {
          /** The client's own number for it; the reply repeats it. */
          requestId: Count,
          /** After this time the client does not wait any more. */
          timeoutMs: Milliseconds,
          operation: Operation,
        },
        strict,
      ),
      { minItems: 1, maxItems: REQUESTS_PER_FRAME_MAX },
    ),
  },
  strict,
);
export type ClientRequest = Static<typeof ClientRequest>;
