import type { RuleView } from '../../shared/http/Network.ts';
import { FAULTS, type Delay, type Rule } from '../../shared/http/Rule.ts';
import { visible } from '../view/visible.ts';
import { formatDuration } from '../view/durations.ts';

/** A rule in one line, as people say it: `p1 -> p2: drop 0.3, delay 50..200ms, AppendEntries only`. */
export function ruleText(rule: Rule): string {
  return `${ends(rule.from)} ${rule.both === true ? '<->' : '->'} ${ends(rule.to)}: ${faultsText(rule)}`;
}

/** What the rule does, and to which frames. */
export function faultsText(rule: Rule): string {
  const faults = FAULTS.flatMap((fault) => (rule[fault] === undefined ? [] : [faultText(fault, rule)]));
  return visible([...faults, ...scopeOf(rule)].join(', ')) || 'nothing';
}

export function ends(selector: Rule['from']): string {
  return typeof selector === 'string' ? selector : selector.join(',');
}

/** How often it struck, by fault; empty when it never did. */
export function hitsText({ hits }: Pick<RuleView, 'hits'>): string {
  return FAULTS.flatMap((fault) => (hits[fault] > 0 ? [`${fault} ${hits[fault]}`] : [])).join(', ');
}

function faultText(fault: (typeof FAULTS)[number], rule: Rule): string {
  const value = rule[fault];
  if (value === true) return fault;
  if (fault === 'rate' && rule.rate !== undefined) return rateText(rule.rate);
  if (fault === 'delay' || fault === 'accept') return `${fault} ${delayText(rule[fault])}`;
  if (typeof value === 'number') return `${fault} ${value}`;
  if (typeof value === 'object' && 'probability' in value) return `${fault} ${value.probability}`;
  return typeof rule.drop === 'object' ? burstsText(rule.drop) : fault;
}

function rateText({ bytesPerSecond, queueBytesMax }: NonNullable<Rule['rate']>): string {
  const queue = queueBytesMax === undefined ? '' : ` and a queue of ${queueBytesMax} B`;
  return `rate ${bytesPerSecond} B/s${queue}`;
}

/** As `--bursts` takes them. */
function burstsText({ goodToBad, badToGood, lossGood, lossBad }: Exclude<NonNullable<Rule['drop']>, number>): string {
  const losses = lossGood === undefined && lossBad === undefined ? [] : [lossGood ?? 0, lossBad ?? 1];
  return `drop in bursts of ${[goodToBad, badToGood, ...losses].join('/')}`;
}

function delayText(delay: Delay | undefined): string {
  return typeof delay === 'string' ? delay : `by ${delay?.samplesMs.length ?? 0} samples`;
}

function scopeOf({ types, skip, every, first, probability, startAfterMs, ttlMs, flap }: Rule): string[] {
  return [
    ...(types === undefined ? [] : [`${types.join(' and ')} only`]),
    ...(skip === undefined ? [] : [`after ${skip} frames`]),
    ...(every === undefined ? [] : [`each ${ordinal(every)}`]),
    ...(first === undefined ? [] : [`the first ${first}`]),
    ...(probability === undefined ? [] : [`with probability ${probability}`]),
    ...(startAfterMs === undefined ? [] : [`from ${formatDuration(startAfterMs)} on`]),
    ...(ttlMs === undefined ? [] : [`for ${formatDuration(ttlMs)}`]),
    ...(flap === undefined ? [] : [`on ${formatDuration(flap.onMs)}, off ${formatDuration(flap.offMs)}`]),
  ];
}

const ORDINALS = new Intl.PluralRules('en', { type: 'ordinal' });
const ORDINAL_ENDS: Readonly<Partial<Record<Intl.LDMLPluralRule, string>>> = { one: 'st', two: 'nd', few: 'rd' };

function ordinal(number: number): string {
  return `${number}${ORDINAL_ENDS[ORDINALS.select(number)] ?? 'th'}`;
}
