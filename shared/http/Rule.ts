import { DELAY_FORMS, DELAY_MS_MAX, SAMPLES_MAX } from '../delay.ts';
import { PeerId } from '../ids.ts';
import { type Static, Type } from '../schema.ts';

const closed = { additionalProperties: false } as const;

/** Per frame; 0 means never. */
export const Probability = Type.Number({ minimum: 0, maximum: 1, description: 'From 0, never, to 1, always' });

/** Times of rules may not be longer: a day. */
export const RULE_MS_MAX = DELAY_MS_MAX;
const RuleMs = Type.Number({ minimum: 0, maximum: RULE_MS_MAX, description: 'Milliseconds' });

/**
 * A time, or what to draw it from, with its units: `50ms`, `50..200ms` (uniform), `normal(50ms, 10ms)`,
 * `exponential(20ms)`, `pareto(10ms, 1.5)`; see shared/delay.ts. Or one of these samples at random, in milliseconds.
 */
export const Delay = Type.Union([
  Type.String({ minLength: 1, maxLength: 100, description: `Such as ${DELAY_FORMS}` }),
  Type.Object({ samplesMs: Type.Array(RuleMs, { minItems: 1, maxItems: SAMPLES_MAX }) }, closed),
]);
export type Delay = Static<typeof Delay>;

/**
 * Words for endpoints that a rule means by what they are at the moment, and not by name. Who asks for pre-votes is a candidate
 * too. A client has none of the roles.
 */
export const SELECTOR_WORDS = ['*', 'peer', 'client', 'leader', 'follower', 'candidate', 'learner'] as const;
export type SelectorWord = (typeof SELECTOR_WORDS)[number];

/**
 * Some endpoints: one by its id; several by a list of ids; all by `*`; or those that are this at the moment, by a word.
 * An endpoint whose id is one of the words can be named by a list.
 */
export const Selector = Type.Union([
  Type.String({
    pattern: '^(\\*|[A-Za-z0-9_][A-Za-z0-9_.-]{0,63})$',
    description: `An id, or ${SELECTOR_WORDS.join(' ')}`,
  }),
  Type.Array(PeerId, { minItems: 1, maxItems: 1024 }),
]);
export type Selector = Static<typeof Selector>;

/** Types of messages by kind: Raft's calls, Raft's answers, what clients and peers say to each other. */
export const TYPE_WORDS = ['@requests', '@replies', '@client'] as const;

/**
 * Loss in bursts (Gilbert and Elliott): a link is good, as at first, or bad, and changes with these probabilities at each frame
 * that the rule strikes, before it is known whether that one is lost.
 */
export const BurstLoss = Type.Object(
  {
    goodToBad: Probability,
    badToGood: Probability,
    /** Share of the frames lost while the link is good. Default 0. */
    lossGood: Type.Optional(Probability),
    /** Share of the frames lost while it is bad. Default 1. */
    lossBad: Type.Optional(Probability),
  },
  closed,
);
export type BurstLoss = Static<typeof BurstLoss>;

/**
 * One fault, or several, on some frames. A frame that the rule means (by its ends, type and time) is counted, on each link
 * apart; `skip`, `every`, `first` and `probability`, in this order, say which of those the rule strikes; and what it strikes
 * suffers every fault that is named, each by its own probability.
 */
export const Rule = Type.Object(
  {
    from: Selector,
    to: Selector,
    /** In the other direction too. Default false. */
    both: Type.Optional(Type.Boolean()),
    /** Message types, or words for kinds of them. Default: all. */
    types: Type.Optional(
      Type.Array(Type.String({ pattern: '^([A-Za-z][A-Za-z0-9]{0,63}|@requests|@replies|@client)$' }), {
        minItems: 1,
        maxItems: 64,
      }),
    ),

    /** It begins to mean frames so long after it is put in force. */
    startAfterMs: Type.Optional(RuleMs),
    /** So long after it is put in force, it ends and is removed. */
    ttlMs: Type.Optional(Type.Number({ minimum: 1, maximum: RULE_MS_MAX })),
    /** From its start on for `onMs`, then off for `offMs`, and so on. */
    flap: Type.Optional(
      Type.Object(
        {
          onMs: Type.Number({ minimum: 1, maximum: RULE_MS_MAX }),
          offMs: Type.Number({ minimum: 1, maximum: RULE_MS_MAX }),
        },
        closed,
      ),
    ),
    /** The first so many frames of each link are spared. */
    skip: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
    /** Of the rest, each so manyth only. */
    every: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
    /** Of those, the first so many of each link only. */
    first: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
    /** Of those, this share. */
    probability: Type.Optional(Probability),

    drop: Type.Optional(Type.Union([Probability, BurstLoss])),
    delay: Type.Optional(Delay),
    /**
     * This share of the frames leaves the order of its link: they are late by a delay of their own (default `0..50ms`), and
     * what comes behind does not wait for them.
     */
    reorder: Type.Optional(
      Type.Union([Probability, Type.Object({ probability: Probability, delay: Type.Optional(Delay) }, closed)]),
    ),
    /**
     * Copies come right behind the frame, or each later than the frame by a delay of its own, and then out of order. They are
     * damaged if the frame is. Default: one copy.
     */
    duplicate: Type.Optional(
      Type.Union([
        Probability,
        Type.Object(
          {
            probability: Probability,
            copies: Type.Optional(Type.Integer({ minimum: 1, maximum: 10 })),
            delay: Type.Optional(Delay),
          },
          closed,
        ),
      ]),
    ),
    /** This share arrives as something that is no JSON any more. */
    corrupt: Type.Optional(Probability),
    /**
     * Bandwidth of each link: a frame arrives when its last byte has gone through. What would wait behind more than
     * `queueBytesMax` (default 65,536) is dropped. Copies take none of it; of several bandwidths the slowest counts.
     */
    rate: Type.Optional(
      Type.Object(
        {
          bytesPerSecond: Type.Number({ minimum: 1, maximum: 1e12 }),
          queueBytesMax: Type.Optional(Type.Integer({ minimum: 0, maximum: 67_108_864 })),
        },
        closed,
      ),
    ),
    /**
     * Frames wait until they are released, or the rule is removed; their copies with them. They leave the order of their link:
     * frames behind them that are not held go past.
     */
    hold: Type.Optional(Type.Boolean()),
    /** This share of the frames is lost and closes a socket: the sender's, unless told otherwise. */
    disconnect: Type.Optional(
      Type.Union([
        Probability,
        Type.Object(
          { probability: Probability, end: Type.Union([Type.Literal('sender'), Type.Literal('receiver')]) },
          closed,
        ),
      ]),
    ),
    /** Connections of `from` are answered so much later. A rule of its own, with `to: '*'`: it touches no frames. */
    accept: Type.Optional(Delay),
  },
  closed,
);
export type Rule = Static<typeof Rule>;

/** What a rule can do. */
export const FAULTS = [
  'drop',
  'delay',
  'reorder',
  'duplicate',
  'corrupt',
  'rate',
  'hold',
  'disconnect',
  'accept',
] as const;
export type Fault = (typeof FAULTS)[number];

const RULE_NAME_PATTERN = '^[A-Za-z][A-Za-z0-9_.-]{0,63}$';
/** A name for a rule. It begins with a letter: of names like numbers, JSON objects do not keep the order. */
export const RuleName = Type.String({ pattern: RULE_NAME_PATTERN, description: 'Name of a rule' });
export const LEGAL_RULE_NAME = '1 to 64 letters, digits, "_", "." or "-", beginning with a letter';

const ruleNameRegExp = new RegExp(RULE_NAME_PATTERN);

/** Of a rule, or of a profile. */
export function isRuleName(text: string): boolean {
  return ruleNameRegExp.test(text);
}
