import { WhitewaterError } from '../../shared/errors.ts';
import { invalid } from './checkRule.ts';
import type { Faults } from './Faults.ts';

/**
 * Characters of all faults of one cluster, as JSON. Each change writes all of them down, in the journal and in its answer, while the
 * frames of every cluster wait: some 10 ms for so many.
 */
export const NETWORK_JSON_MAX = 524_288;

/** Of rules, partitions and profiles, none of which ever changes: most of them are there before and after a change. */
const LENGTHS = new WeakMap<object, number>();

/** @throws {WhitewaterError} RULE_INVALID, or REQUEST_INVALID where a partition takes the most, with `details.place` */
export function refuseTooLarge({ partition, profile, rules }: Faults): void {
  const ofPartition = partition === undefined ? 0 : jsonLength(partition.source);
  const ofRules = rules.reduce((sum, { name, source }) => sum + name.length + jsonLength(source), 0);
  const whole = ofPartition + ofRules + jsonLength({ ...profile.source, rules: {} });
  if (whole <= NETWORK_JSON_MAX) return;
  const problem = `part of faults that come to ${whole} characters of JSON`;
  const legal = `at most ${NETWORK_JSON_MAX} of them in rules, profile and partition together`;
  if (ofRules >= ofPartition) throw invalid('/rules', problem, legal);
  const message = `/partition is ${problem}; legal is ${legal}; nothing was changed`;
  throw new WhitewaterError('REQUEST_INVALID', message, { details: { place: '/partition', legal } });
}

function jsonLength(value: object): number {
  const known = LENGTHS.get(value);
  if (known !== undefined) return known;
  const { length } = JSON.stringify(value);
  LENGTHS.set(value, length);
  return length;
}
