import { WhitewaterError } from '../../shared/errors.ts';
import type { Profile } from '../../shared/http/Network.ts';
import type { Partition } from '../../shared/http/Partition.ts';
import { isRuleName, LEGAL_RULE_NAME, SELECTOR_WORDS, type Rule } from '../../shared/http/Rule.ts';
import { nearest } from '../../shared/nearest.ts';
import { invalid } from './checkRule.ts';
import { type CompiledPartition, compilePartition, doubledIn } from './partition.ts';
import { type CompiledProfile, compileProfile, RELIABLE } from './profiles.ts';
import { refuseTooLarge } from './networkSize.ts';
import { putInForce, type RuleInForce } from './RuleInForce.ts';
import { sameJson } from './sameJson.ts';
import { idsNamedBy } from './selector.ts';

/** Rules of one cluster, the profile's among them. Each costs its share of the time of every frame: some 40 ns. */
export const RULES_MAX = 256;

/** Samples of delays in all rules together, which stay in memory as long as their rules. */
export const RULE_SAMPLES_MAX = 100_000;

/**
 * The faults in force in one cluster. A value: every change makes a new one with the next epoch, so a frame is judged
 * by one set of faults as a whole, and whoever writes a fate down can say which set it was.
 */
export interface Faults {
  readonly epoch: number;
  /** What everything is drawn from. */
  readonly seed: string;
  /** The epoch at which the seed was set: links begin anew when theirs is another. */
  readonly seedEpoch: number;
  readonly partition: CompiledPartition | undefined;
  readonly profile: CompiledProfile;
  /** In the order in which they are asked: the profile's first. */
  readonly rules: readonly RuleInForce[];
}

/** What is to be another. What is left out stays. */
export interface FaultsChange {
  /** All rules of the user, by their names, in the order in which they are asked. */
  readonly rules?: ReadonlyMap<string, Rule>;
  readonly partition?: Partition | null;
  readonly profile?: Profile;
  /** Names of the user's rules that begin anew even if they are the same as before. */
  readonly renewed?: ReadonlySet<string>;
  /** The same one again begins anew, too. */
  readonly seed?: string;
}

export interface ChangeContext {
  /** The clock of `judge`. */
  readonly nowMs: number;
  /** Peers that are known, for the regions of `wan`. */
  readonly peers: readonly string[];
  /** When given, rules and partitions that are new may name these endpoints only. */
  readonly endpoints?: readonly string[] | undefined;
  /** Message types that rules may name beyond those of the protocol: of other protocols in the same envelope. */
  readonly extraTypes?: ReadonlySet<string> | undefined;
}

/** A network that does what it should. */
export function noFaults(seed: string): Faults {
  return { epoch: 0, seed, seedEpoch: 0, partition: undefined, profile: RELIABLE, rules: [] };
}

/**
 * The next faults, in one step. Rules that are the same as before, under the same name, go on with their counters and their age.
 * @throws {WhitewaterError} RULE_INVALID, PROFILE_UNKNOWN, PARTITION_OVERLAPS, REQUEST_INVALID or PEER_UNKNOWN, with `details.place` (a JSON
 *   pointer into the change, such as `/rules/slow/delay`); then nothing is changed
 */
export function changeFaults(faults: Faults, change: FaultsChange, context: ChangeContext): Faults {
  refuseUnnamed(change);
  const epoch = faults.epoch + 1;
  const profile = change.profile === undefined ? faults.profile : compileProfile(change.profile, context.peers);
  if (change.profile !== undefined && !sameJson(change.profile, faults.profile.source)) {
    refuseUnknown(namedByRegions(change.profile), context);
  }
  const ofProfile = faults.rules.filter((rule) => rule.ofProfile);
  const ofUser = faults.rules.filter((rule) => !rule.ofProfile);
  const rules = [
    ...(change.profile === undefined ? ofProfile : nextRules(ofProfile, profile.rules, true, epoch, context)),
    ...(change.rules === undefined ? ofUser : nextRules(ofUser, change.rules, false, epoch, context, change.renewed)),
  ];
  if (rules.length > RULES_MAX) {
    throw invalid('/rules', `a list of ${rules.length}, with those of the profile`, `at most ${RULES_MAX} rules`);
  }
  const samples = rules.reduce((sum, { compiled }) => sum + compiled.sampleCount, 0);
  if (samples > RULE_SAMPLES_MAX) {
    throw invalid(
      '/rules',
      `a list with ${samples} samples of delays`,
      `at most ${RULE_SAMPLES_MAX} of them in all rules`,
    );
  }
  const isNewSeed = change.seed !== undefined;
  const after: Faults = {
    epoch,
    seed: change.seed ?? faults.seed,
    seedEpoch: isNewSeed ? epoch : faults.seedEpoch,
    partition: change.partition === undefined ? faults.partition : nextPartition(change.partition, profile, context),
    profile,
    rules,
  };
  if (change.rules !== undefined || change.partition !== undefined || change.profile !== undefined)
    refuseTooLarge(after);
  return after;
}

function refuseUnnamed({ renewed = NONE, rules = new Map<string, Rule>() }: FaultsChange): void {
  [...renewed].forEach((name, at) => {
    if (rules.has(name)) return;
    const place = `/renewed/${at}`;
    const names = [...rules.keys()].slice(0, 20).join(', ') || 'there are none';
    const message = `${place} names ${name}, which is none of the rules (${names}); nothing was changed`;
    throw new WhitewaterError('REQUEST_INVALID', message, { details: { place } });
  });
}

const NONE: ReadonlySet<string> = new Set();

function nextRules(
  rules: readonly RuleInForce[],
  sources: ReadonlyMap<string, Rule>,
  ofProfile: boolean,
  epoch: number,
  context: ChangeContext,
  renewed: ReadonlySet<string> = NONE,
): RuleInForce[] {
  const known = new Map(rules.map((rule) => [rule.name, rule]));
  return Array.from(sources, ([name, source]) => {
    const place = `${ofProfile ? '/profile' : ''}/rules/${name}`;
    if (!isRuleName(name)) throw invalid(place, 'no name of a rule', LEGAL_RULE_NAME);
    const before = known.get(name);
    if (before !== undefined && !renewed.has(name) && sameJson(before.source, source)) return before;
    const { nowMs, extraTypes } = context;
    const rule = putInForce(name, source, { place, ofProfile, epoch, nowMs, extraTypes, before });
    refuseUnknown(namedByRule(source, place), context);
    return rule;
  });
}

function nextPartition(
  source: Partition | null,
  { inFlight }: CompiledProfile,
  context: ChangeContext,
): CompiledPartition | undefined {
  if (source === null) return undefined;
  const doubled = doubledIn(source);
  if (doubled.length > 0) {
    const message = `/partition/groups: ${doubled.join(', ')} may stand in one group only, and once; nothing was changed`;
    throw new WhitewaterError('PARTITION_OVERLAPS', message, {
      details: { place: '/partition/groups', legal: 'each endpoint in one group, and once', overlapping: doubled },
    });
  }
  refuseNonsense(source);
  refuseUnknown(namedByPartition(source), context);
  return compilePartition(source, context.nowMs, inFlight);
}

function refuseNonsense({ cuts = [], absences = [] }: Partition): void {
  const refuse = (place: string, problem: string): WhitewaterError =>
    new WhitewaterError('REQUEST_INVALID', `${place} ${problem}; nothing was changed`, { details: { place } });
  cuts.forEach(([from, to], at) => {
    if (from === to) throw refuse(`/partition/cuts/${at}`, `cuts ${from} from itself: name two endpoints`);
  });
  absences.forEach(({ fromMs, untilMs }, at) => {
    if (fromMs < untilMs) return;
    throw refuse(`/partition/absences/${at}`, `ends (${untilMs}) before it begins (${fromMs})`);
  });
}

interface Named {
  readonly id: string;
  readonly place: string;
}

function namedByRule({ from, to }: Rule, place: string): Named[] {
  return [
    ...idsNamedBy(from).map((named) => ({ id: named.id, place: `${place}/from${named.place}` })),
    ...idsNamedBy(to).map((named) => ({ id: named.id, place: `${place}/to${named.place}` })),
  ];
}

function namedByPartition(source: Partition): Named[] {
  const lists = [...source.groups.entries()].map(([at, ids]) => ({ ids, place: `/partition/groups/${at}` }));
  for (const [at, ids] of (source.cuts ?? []).entries()) lists.push({ ids, place: `/partition/cuts/${at}` });
  const absent = (source.absences ?? []).map(({ id }, at) => ({ id, place: `/partition/absences/${at}/id` }));
  return [...lists.flatMap(({ ids, place }) => ids.map((id, at) => ({ id, place: `${place}/${at}` }))), ...absent];
}

/** A region of one peer makes no rule that would name it. */
function namedByRegions({ regions = {} }: Profile): Named[] {
  return Object.entries(regions).flatMap(([region, ids]) =>
    ids.map((id, at) => ({ id, place: `/profile/regions/${region}/${at}` })),
  );
}

/** One change may put hundreds of rules in force, where thousands of endpoints are known. */
const SETS = new WeakMap<readonly string[], ReadonlySet<string>>();

function setOf(endpoints: readonly string[]): ReadonlySet<string> {
  const known = SETS.get(endpoints) ?? new Set(endpoints);
  SETS.set(endpoints, known);
  return known;
}

/** The ids that the faults name, of endpoints that may not be there. */
export function idsNamedIn({ rules, partition, profile }: Faults): Set<string> {
  const byRules = rules.flatMap(({ source }) => namedByRule(source, ''));
  const byPartition = partition === undefined ? [] : namedByPartition(partition.source);
  return new Set([...byRules, ...byPartition, ...namedByRegions(profile.source)].map(({ id }) => id));
}

function refuseUnknown(named: readonly Named[], { endpoints }: ChangeContext): void {
  if (endpoints === undefined || named.length === 0) return;
  const known = setOf(endpoints);
  const unknown = named.filter(({ id }) => !known.has(id));
  const [first] = unknown;
  if (first === undefined) return;
  const isOfRule = first.place.includes('/from') || first.place.includes('/to');
  const meant = nearest(first.id, isOfRule ? [...endpoints, ...SELECTOR_WORDS] : endpoints);
  const hint = meant === undefined ? '' : ` (did you mean ${meant}?)`;
  const message =
    `${first.place} names ${first.id}, which never connected${hint}; ` +
    `known are ${endpoints.slice(0, 20).join(', ') || 'none'}; nothing was changed`;
  const details = { place: first.place, unknown: [...new Set(unknown.map(({ id }) => id))], known: endpoints };
  throw new WhitewaterError('PEER_UNKNOWN', message, { details });
}

/** The names of the user's rules whose time is over. */
export function expiredRules({ rules }: Faults, nowMs: number): string[] {
  return rules
    .filter(({ ofProfile, endsAtMs }) => !ofProfile && endsAtMs !== undefined && endsAtMs <= nowMs)
    .map(({ name }) => name);
}

/** When the next of the user's rules ends; undefined when none does. */
export function nextExpiryMs({ rules }: Faults): number | undefined {
  const ends = rules.flatMap(({ ofProfile, endsAtMs }) => (ofProfile || endsAtMs === undefined ? [] : [endsAtMs]));
  return ends.length === 0 ? undefined : Math.min(...ends);
}
