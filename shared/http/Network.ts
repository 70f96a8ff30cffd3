import { PeerId } from '../ids.ts';
import { Count, Milliseconds } from '../numbers.ts';
import { type Static, Type } from '../schema.ts';
import { Partition, PartitionRequest } from './Partition.ts';
import { FAULTS, Rule, RuleName } from './Rule.ts';

const closed = { additionalProperties: false } as const;

export const PROFILES = ['reliable', 'labrpc-unreliable', 'labrpc-long-reordering', 'lan', 'wan', 'flaky'] as const;
export type ProfileName = (typeof PROFILES)[number];

/** What becomes of frames that are on their way when a partition cuts their link. */
export const InFlight = Type.Union([Type.Literal('cut'), Type.Literal('delivered')]);
export type InFlight = Static<typeof InFlight>;

/** What becomes of frames that a rule delays or holds when it goes. */
export const ORPHANS = ['release', 'shuffle', 'drop', 'keep'] as const;
export const Orphans = Type.Union(ORPHANS.map((word) => Type.Literal(word)));
export type Orphans = (typeof ORPHANS)[number];

/** Peers by region, such as `{ "eu": ["p1", "p2"], "us": ["p3"] }`. */
export const Regions = Type.Record(RuleName, Type.Array(PeerId, { minItems: 1, maxItems: 1024 }));
export type Regions = Static<typeof Regions>;

/** A named network: one that the relay knows, or one of the user's own, with the rules that make it up. */
export const Profile = Type.Object(
  {
    name: RuleName,
    /**
     * `wan` only: the regions are us, us-west, eu, japan, singapore, australia and brazil. Default: the peers that are known,
     * in turn over eu, us and japan. Who is in none, such as clients, is near to everybody.
     */
    regions: Type.Optional(Regions),
    /** For a network of the user's own. */
    rules: Type.Optional(Type.Record(RuleName, Rule)),
    /** What partitions do to frames on their way unless they say so: default `delivered` for labrpc's, else `cut`. */
    inFlight: Type.Optional(InFlight),
  },
  closed,
);
export type Profile = Static<typeof Profile>;

/** How often a rule struck, by fault. */
const Hits = Type.Object(
  Object.fromEntries(FAULTS.map((fault) => [fault, Count])) as Record<(typeof FAULTS)[number], typeof Count>,
);
export type Hits = Static<typeof Hits>;

export const RuleView = Type.Object({
  name: RuleName,
  rule: Rule,
  /** From the profile, and gone with it. */
  ofProfile: Type.Boolean(),
  /** The epoch in which it was put in force. */
  sinceEpoch: Count,
  ageMs: Milliseconds,
  /** Frames that it meant. */
  matched: Count,
  hits: Hits,
});
export type RuleView = Static<typeof RuleView>;

/** The faults in force in a cluster. */
export const NetworkView = Type.Object({
  /** Grows by one with every change of the faults. */
  epoch: Count,
  /** What the faults are drawn from: the same seed and the same frames give the same fates. */
  seed: Type.String(),
  profile: Profile,
  partition: Type.Union([Partition, Type.Null()]),
  rules: Type.Array(RuleView),
  /** Frames that wait for their time, and frames that a rule holds. */
  delayed: Count,
  held: Count,
});
export type NetworkView = Static<typeof NetworkView>;

/** Stands in logs and terminals as it is: it has no control characters. */
export const Seed = Type.String({
  ...{ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]*$' },
  description: 'A text without control characters',
});

/** All faults at once, in one step: what is left out is not in force afterwards. */
export const NetworkRequest = Type.Object(
  {
    rules: Type.Optional(Type.Record(RuleName, Rule)),
    /** Of these, the ones that begin anew, with their counters and times, even if they are in force just so. */
    renewed: Type.Optional(Type.Array(RuleName, { maxItems: 1024 })),
    partition: Type.Optional(Type.Union([PartitionRequest, Type.Null()])),
    profile: Type.Optional(Profile),
    /** Ids that may be named though nobody of them connected yet, as those of clients, which come when they have something to ask. */
    clients: Type.Optional(Type.Array(PeerId, { maxItems: 1024 })),
    /** Restarts the counters of all links. */
    seed: Type.Optional(Seed),
  },
  closed,
);
export type NetworkRequest = Static<typeof NetworkRequest>;
