import { drawMs } from '../../shared/delay.ts';
import type { Fault } from '../../shared/http/Rule.ts';
import { seededRandom } from '../../shared/random.ts';
import type { Damage } from './damage.ts';
import { Draws, hashText } from './Draws.ts';
import type { Faults } from './Faults.ts';
import type { JudgedEndpoint } from './JudgedEndpoint.ts';
import type { LinkFaults } from './LinkFaults.ts';
import { behind, Plan } from './Plan.ts';
import type { CompiledRule, RuleInForce } from './RuleInForce.ts';
import type { RuleOnLink } from './RuleOnLink.ts';
import { isNow } from './selector.ts';

export type { Damage } from './damage.ts';

/** What becomes of a frame, and why. */
export type Fate =
  /** As it is, now. */
  | { readonly type: 'delivered' }
  | {
      readonly type: 'dropped';
      readonly cause: 'partition' | 'loss' | 'rate' | 'disconnect';
      /** What struck, the cause last. Empty for a partition. */
      readonly strikes: readonly Strike[];
      /** Whose socket is to be closed; with `disconnect` only. */
      readonly disconnect?: 'sender' | 'receiver';
    }
  | {
      readonly type: 'planned';
      /** At least one; the frame itself first, then its copies. */
      readonly copies: readonly PlannedCopy[];
      /** Empty for a frame that only waits for those in front of it. */
      readonly strikes: readonly Strike[];
    };

/** A rule struck a frame with one of its faults. */
export interface Strike {
  readonly rule: RuleInForce;
  readonly fault: Fault;
}

/** How much of its delay a copy owes to one rule. Delays of several rules add up; of several bandwidths the slowest counts. */
export interface DelayShare {
  /** The one that took its place, when it was replaced. */
  rule: RuleInForce;
  /** 0 once that one is gone, unless its frames were to keep their delays. */
  byMs: number;
  readonly isBandwidth: boolean;
}

export interface PlannedCopy {
  /** When it is to be delivered, in the milliseconds of `judge`, never in its past; undefined when `heldBy` holds it. */
  readonly atMs: number | undefined;
  readonly heldBy: RuleInForce | undefined;
  /** Rules that make it later, each with its own share: when one goes, the others still do. */
  readonly delayedBy: readonly DelayShare[];
  readonly damage: Damage | undefined;
  /**
   * Whether it keeps its place among the frames of its link. What is held has none until it is let go: what comes behind passes,
   * and then it stands behind those that wait.
   */
  readonly inOrder: boolean;
}

/** One for everybody: it is begun anew for each frame and rule. */
const DRAWS = new Draws();

const DELIVERED: Fate = { type: 'delivered' };
const CUT: Fate = { type: 'dropped', cause: 'partition', strikes: [] };

/**
 * Says what becomes of a frame. Called once for each frame of a link, in their order; whoever asks carries it out, and
 * tells the link how many frames wait that keep the order: behind those, a frame waits too.
 *
 * What is drawn depends on the seed, the link's two ids, the frame's number and the name of the rule, and on nothing else.
 * @param type the frame's message type
 * @param bytes its length, for rules about bandwidth
 * @param nowMs a monotonic time in milliseconds, the same clock as that of `changeFaults`
 */
export function judge(link: LinkFaults, type: string, bytes: number, faults: Faults, nowMs: number): Fate {
  const rules = link.nextFrame(faults);
  if (faults.partition !== undefined && link.isCut(faults, nowMs)) return CUT;
  let plan: Plan | undefined;
  // Counted by hand: an iterator for each frame costs as much as a rule that does not strike.
  for (let at = 0; at < rules.length; at += 1) {
    const one = rules[at];
    if (one === undefined || !strikes(one, link, type, nowMs)) continue;
    plan ??= new Plan(nowMs);
    const dropped = inflict(one, plan, bytes, nowMs);
    if (dropped !== undefined) return dropped;
  }
  if (plan !== undefined && plan.strikes.length > 0) return plan.fate(link);
  return link.waitingInOrder > 0 || link.lastAtMs > nowMs ? behind(link) : DELIVERED;
}

/** Whether a rule strikes the frame. What it draws comes first in the stream that its faults go on drawing from. */
function strikes(one: RuleOnLink, link: LinkFaults, type: string, nowMs: number): boolean {
  const { rule, compiled } = one;
  if (compiled.types !== undefined && !compiled.types.has(type)) return false;
  if (compiled.isTimed && !isOn(compiled, nowMs)) return false;
  if (compiled.hasRoles && !link.hasRolesOf(compiled)) return false;
  rule.matched += 1;
  if (compiled.counts && !one.chooses()) return false;
  DRAWS.begin(link.key, compiled.hash, link.frames);
  return DRAWS.happens(compiled.probability);
}

function isOn({ startsAtMs, endsAtMs, onMs, periodMs }: CompiledRule, nowMs: number): boolean {
  if (nowMs < startsAtMs || nowMs >= endsAtMs) return false;
  return periodMs === 0 || (nowMs - startsAtMs) % periodMs < onMs;
}

/** Lets the frame suffer everything that the rule names. @returns its fate if that is the end of it */
function inflict(one: RuleOnLink, plan: Plan, bytes: number, nowMs: number): Fate | undefined {
  const { rule, compiled } = one;
  const { disconnect, bursts, rate } = compiled;
  if (disconnect !== undefined && DRAWS.happens(disconnect.probability)) {
    return {
      type: 'dropped',
      cause: 'disconnect',
      strikes: plan.struck(rule, 'disconnect'),
      disconnect: disconnect.end,
    };
  }
  const loss = bursts === undefined ? compiled.drop : burstLoss(one, bursts);
  if (DRAWS.happens(loss)) return { type: 'dropped', cause: 'loss', strikes: plan.struck(rule, 'drop') };
  if (rate !== undefined) {
    const freeAtMs = throughBandwidth(one, rate, bytes, nowMs);
    const struck = plan.struck(rule, 'rate');
    if (freeAtMs === undefined) return { type: 'dropped', cause: 'rate', strikes: struck };
    plan.notBefore(rule, freeAtMs);
  }
  touch(compiled, rule, plan);
  return undefined;
}

/** What the rule does to a frame that goes on. */
function touch(compiled: CompiledRule, rule: RuleInForce, plan: Plan): void {
  const { delay, reorder, duplicate } = compiled;
  if (compiled.hold) plan.hold(rule);
  if (delay !== undefined) plan.delay(rule, drawMs(delay, DRAWS.next));
  if (reorder !== undefined && DRAWS.happens(reorder.probability))
    plan.reorder(rule, drawMs(reorder.delay, DRAWS.next));
  if (DRAWS.happens(compiled.corrupt)) {
    const type = DRAWS.next() < 0.5 ? 'controlCharacter' : 'truncated';
    plan.corrupt(rule, { type, at: DRAWS.next() });
  }
  if (duplicate === undefined || !DRAWS.happens(duplicate.probability)) return;
  const lateMs = Array.from({ length: duplicate.copies }, () =>
    duplicate.delay === undefined ? undefined : drawMs(duplicate.delay, DRAWS.next),
  );
  plan.duplicate(rule, lateMs);
}

/** Gilbert and Elliott: the link changes its state, or not, and then has a share of loss by it. */
function burstLoss(one: RuleOnLink, bursts: NonNullable<CompiledRule['bursts']>): number {
  const changes = DRAWS.happens(one.isBad ? bursts.badToGood : bursts.goodToBad);
  if (changes) one.isBad = !one.isBad;
  return one.isBad ? bursts.lossBad : bursts.lossGood;
}

/**
 * A link that sends one frame after the other, at so many bytes a millisecond. Times are counted from the last pause in whole
 * bytes, so that rounding does not add up.
 * @returns when the frame has left; undefined when too much waits already
 */
function throughBandwidth(
  one: RuleOnLink,
  { bytesPerMs, queueBytesMax }: NonNullable<CompiledRule['rate']>,
  bytes: number,
  nowMs: number,
): number | undefined {
  const waiting = one.busyBytes - (nowMs - one.busySinceMs) * bytesPerMs;
  if (!(waiting > 0)) {
    one.busySinceMs = nowMs;
    one.busyBytes = 0;
  } else if (waiting > queueBytesMax) {
    return undefined;
  }
  one.busyBytes += bytes;
  return one.busySinceMs + one.busyBytes / bytesPerMs;
}

/** Endpoints whose connections a rule counts, at most; those beyond are taken for new ones each time. */
const COUNTED_MAX = 4096;

/**
 * How much later a connection is to be answered, by rules with `accept`. To be asked once for each connection: each rule counts
 * those of an endpoint since it was put in force, which is what `skip`, `every` and `first` go by.
 * @param from who connects
 * @returns milliseconds, 0 when no rule strikes, and the rules that did
 */
export function acceptDelay(
  from: JudgedEndpoint,
  faults: Faults,
  nowMs: number,
): { readonly delayMs: number; readonly rules: readonly RuleInForce[] } {
  let delayMs = 0;
  const rules: RuleInForce[] = [];
  for (const rule of faults.rules) {
    const { compiled } = rule;
    if (compiled.accept === undefined || !isOn(compiled, nowMs)) continue;
    if (!compiled.from.mayMean(from) || !isNow(compiled.from, from)) continue;
    rule.matched += 1;
    const number = countConnection(rule, from.id);
    const chosen = (number - compiled.skip) / compiled.every;
    if (chosen < 1 || !Number.isInteger(chosen) || chosen > compiled.first) continue;
    DRAWS.begin(hashText(`${faults.seed} ${from.id}`), compiled.hash, number);
    if (!DRAWS.happens(compiled.probability)) continue;
    rule.hits.accept += 1;
    rules.push(rule);
    delayMs += drawMs(compiled.accept, DRAWS.next);
  }
  return { delayMs, rules };
}

/** @returns which connection of that endpoint this is, from 1 */
function countConnection({ connectionsOf }: RuleInForce, id: string): number {
  const number = (connectionsOf.get(id) ?? 0) + 1;
  if (number > 1 || connectionsOf.size < COUNTED_MAX) connectionsOf.set(id, number);
  return number;
}

/**
 * @param stream draws of one seed under different names are independent of each other
 * @returns the items in an order drawn from the seed, each as likely (Fisher and Yates)
 */
export function shuffled<Item>(items: readonly Item[], faults: Pick<Faults, 'seed'>, stream: string): Item[] {
  const random = seededRandom(faults.seed, `shuffle/${stream}`);
  const drawn = [...items];
  for (let last = drawn.length - 1; last > 0; last -= 1) {
    const at = Math.floor(random() * (last + 1));
    const [one, other] = [drawn[at], drawn[last]];
    // Both are there; an item may be undefined all the same.
    drawn[at] = other as Item;
    drawn[last] = one as Item;
  }
  return drawn;
}
