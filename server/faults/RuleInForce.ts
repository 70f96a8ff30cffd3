import { type Distribution, parseDelay } from '../../shared/delay.ts';
import { type BurstLoss, type Delay, type Fault, type Rule } from '../../shared/http/Rule.ts';
import { hashText, type TextHash } from './Draws.ts';
import { checkRule } from './checkRule.ts';
import { typesMeant } from './messageTypes.ts';
import { type CompiledSelector, compileSelector } from './selector.ts';

/** Behind so many bytes frames wait for the bandwidth of a rule, unless it says otherwise. */
const QUEUE_BYTES_MAX = 65_536;
const REORDER_DELAY = '0..50ms';

/** A rule made ready for frames. One object, changed in its counts only, from when it is put in force to its end. */
export interface RuleInForce {
  readonly name: string;
  readonly source: Rule;
  /** From the profile, and gone with it. */
  readonly ofProfile: boolean;
  readonly sinceEpoch: number;
  readonly sinceMs: number;
  /** The same for all that take each other's place, one at once after the other: they share the bandwidth of their links. */
  readonly lineage: object;
  /** From then on it means nothing any more, and may be removed; undefined when it has no end. */
  readonly endsAtMs: number | undefined;
  /** Frames that it meant, on all links. */
  matched: number;
  /** How often each of its faults struck. */
  readonly hits: Record<Fault, number>;
  /** Of a rule with `accept`: connections since it was put in force, by endpoint. */
  readonly connectionsOf: Map<string, number>;
  readonly compiled: CompiledRule;
}

/**
 * What a rule says, with nothing left to look up at a frame. Absent faults are 0, false or undefined.
 *
 * What every frame is asked for comes first, on two lines of the processor's cache: a relay that sleeps between frames finds
 * its cache cold, and ten rules are read for each.
 */
export interface CompiledRule extends CompiledFaults {
  readonly types: ReadonlySet<string> | undefined;
  /** It begins later, ends or flaps. */
  readonly isTimed: boolean;
  /** It counts the frames of each link that it means, to leave some of them out. */
  readonly counts: boolean;
  readonly hasRoles: boolean;
  readonly probability: number;
  readonly hash: TextHash;
  readonly from: CompiledSelector;
  readonly to: CompiledSelector;
  readonly both: boolean;
  readonly startsAtMs: number;
  readonly endsAtMs: number;
  readonly onMs: number;
  /** On and off together; 0 when it does not flap. */
  readonly periodMs: number;
  readonly skip: number;
  readonly every: number;
  readonly first: number;
  /** Whether it has a fault of frames, as against one of connections. */
  readonly touchesFrames: boolean;
  /** Whether what it does to a frame depends on those before it on the link. */
  readonly remembers: boolean;
  /** Samples that its delays are drawn from. */
  readonly sampleCount: number;
}

interface CompiledFaults {
  readonly disconnect: { readonly probability: number; readonly end: 'sender' | 'receiver' } | undefined;
  readonly bursts: Required<BurstLoss> | undefined;
  readonly drop: number;
  readonly rate: { readonly bytesPerMs: number; readonly queueBytesMax: number } | undefined;
  readonly hold: boolean;
  readonly delay: Distribution | undefined;
  readonly reorder: { readonly probability: number; readonly delay: Distribution } | undefined;
  readonly corrupt: number;
  readonly duplicate:
    { readonly probability: number; readonly copies: number; readonly delay: Distribution | undefined } | undefined;
  readonly accept: Distribution | undefined;
}

export interface RuleContext {
  /** Where it stands, such as `/rules/slow`, for messages. */
  readonly place: string;
  readonly ofProfile: boolean;
  readonly epoch: number;
  readonly nowMs: number;
  readonly extraTypes?: ReadonlySet<string> | undefined;
  /** Whose place it takes. */
  readonly before?: RuleInForce | undefined;
}

/** @throws {WhitewaterError} RULE_INVALID with the place and the legal values */
export function putInForce(name: string, source: Rule, context: RuleContext): RuleInForce {
  checkRule(source, context.place, context.extraTypes);
  const { ofProfile, epoch, nowMs } = context;
  const compiled = compileRule(name, source, ofProfile, nowMs);
  return {
    name,
    source,
    ofProfile,
    sinceEpoch: epoch,
    sinceMs: nowMs,
    lineage: context.before?.lineage ?? {},
    endsAtMs: source.ttlMs === undefined ? undefined : compiled.endsAtMs,
    matched: 0,
    connectionsOf: new Map(),
    hits: { drop: 0, delay: 0, reorder: 0, duplicate: 0, corrupt: 0, rate: 0, hold: 0, disconnect: 0, accept: 0 },
    compiled,
  };
}

function compileRule(name: string, rule: Rule, ofProfile: boolean, nowMs: number): CompiledRule {
  const { flap } = rule;
  const counts = rule.skip !== undefined || rule.every !== undefined || rule.first !== undefined;
  const faults = compileFaults(rule);
  const delays = [faults.delay, faults.reorder?.delay, faults.duplicate?.delay, faults.accept];
  const from = compileSelector(rule.from);
  const to = compileSelector(rule.to);
  return {
    types: rule.types === undefined ? undefined : typesMeant(rule.types),
    isTimed: rule.startAfterMs !== undefined || rule.ttlMs !== undefined || flap !== undefined,
    counts,
    hasRoles: from.roles !== undefined || to.roles !== undefined,
    probability: rule.probability ?? 1,
    // A user's rule may have the name of one of the profile's, and must not draw the same.
    hash: hashText(ofProfile ? `profile/${name}` : name),
    // Named one by one: what is spread ends up behind all others.
    disconnect: faults.disconnect,
    bursts: faults.bursts,
    drop: faults.drop,
    rate: faults.rate,
    hold: faults.hold,
    delay: faults.delay,
    reorder: faults.reorder,
    corrupt: faults.corrupt,
    duplicate: faults.duplicate,
    accept: faults.accept,
    from,
    to,
    both: rule.both ?? false,
    startsAtMs: nowMs + (rule.startAfterMs ?? 0),
    endsAtMs: nowMs + (rule.ttlMs ?? Infinity),
    onMs: flap?.onMs ?? 0,
    periodMs: flap === undefined ? 0 : flap.onMs + flap.offMs,
    skip: rule.skip ?? 0,
    every: rule.every ?? 1,
    first: rule.first ?? Infinity,
    touchesFrames: faults.accept === undefined,
    remembers: counts || faults.bursts !== undefined || faults.rate !== undefined,
    sampleCount: delays.reduce((sum, delay) => sum + (delay?.type === 'samples' ? delay.samplesMs.length : 0), 0),
  };
}

function compileFaults(rule: Rule): CompiledFaults {
  const { drop, reorder, duplicate, rate, disconnect } = rule;
  const reordering = typeof reorder === 'number' ? { probability: reorder } : reorder;
  const doubling = typeof duplicate === 'number' ? { probability: duplicate } : duplicate;
  return {
    drop: typeof drop === 'number' ? drop : 0,
    bursts: typeof drop === 'object' ? { lossGood: 0, lossBad: 1, ...drop } : undefined,
    delay: rule.delay === undefined ? undefined : distributionOf(rule.delay),
    reorder: reordering && {
      probability: reordering.probability,
      delay: distributionOf(reordering.delay ?? REORDER_DELAY),
    },
    duplicate: doubling && {
      probability: doubling.probability,
      copies: doubling.copies ?? 1,
      delay: doubling.delay === undefined ? undefined : distributionOf(doubling.delay),
    },
    corrupt: rule.corrupt ?? 0,
    rate: rate && { bytesPerMs: rate.bytesPerSecond / 1000, queueBytesMax: rate.queueBytesMax ?? QUEUE_BYTES_MAX },
    hold: rule.hold ?? false,
    disconnect: typeof disconnect === 'number' ? { probability: disconnect, end: 'sender' } : disconnect,
    accept: rule.accept === undefined ? undefined : distributionOf(rule.accept),
  };
}

function distributionOf(delay: Delay): Distribution {
  const parsed = parseDelay(delay);
  // checkRule has refused what is none.
  return parsed.type === 'problem' ? { type: 'constant', ms: 0 } : parsed;
}
