import { amountOf, compare } from './amounts.ts';
import type { Claim, KeyTest, ResultTest, Text } from './conditionTypes.ts';
import { holdsInView, isInView } from './holdsInView.ts';
import { verdict, type Verdict } from './Verdict.ts';
import { idsOf, sightOf } from './who.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import type { Ground } from './Stage.ts';

/** How long one look at a key may take. */
const KEY_TIMEOUT_MS = 1000;

interface Look {
  readonly view: ClusterView;
  readonly timeoutMs: number;
}

/** Whether more than the view is needed to judge it: a request to the relay, which takes its time. */
export function isAsked({ kind }: Claim): boolean {
  return kind === 'key' || kind === 'rule' || kind === 'frames';
}

/**
 * What nobody told is not true, and its contrary neither.
 * @param timeoutMs how long a look at a key may take
 * @throws {StepFailure} when it can never be true @throws {WhitewaterError} when the relay cannot be asked
 */
export async function holds(
  claim: Claim,
  ground: Ground,
  view: ClusterView,
  timeoutMs: number = KEY_TIMEOUT_MS,
): Promise<Verdict> {
  if (isInView(claim)) return holdsInView(claim, ground, view);
  switch (claim.kind) {
    case 'key':
      return keyHolds(claim, ground, { view, timeoutMs });
    case 'result':
      return resultHolds(claim.name, claim.test, ground);
    case 'rule': {
      const { matched, hits } = await ground.client.network(ground.cluster).rule(claim.name);
      const count = claim.field === 'matched' ? matched : Object.values(hits).reduce((sum, one) => sum + one, 0);
      return verdict(
        compare(count, claim.comparison, amountOf(claim.amount, ground.memory)),
        `${claim.name} ${claim.field} ${count}`,
      );
    }
    case 'frames': {
      const count = (await ground.network.faults())[claim.field];
      return verdict(
        compare(count, claim.comparison, amountOf(claim.amount, ground.memory)),
        `${claim.field} ${count}`,
      );
    }
  }
}

/** Any that is seen to lead will do, whatever the others are. As the lab's checkOneLeader: of several the one of the highest term counts; two of one term are an error. */
async function keyHolds(
  { key, at, test }: Extract<Claim, { kind: 'key' }>,
  ground: Ground,
  { view, timeoutMs }: Look,
): Promise<Verdict> {
  const replicas = at === undefined ? [undefined] : idsOf(at, sightOf(ground, view));
  if (replicas.length === 0) return verdict(false, 'this names nobody');
  const seen: string[] = [];
  for (const replica of replicas) {
    const options = { timeoutMs, ...(replica === undefined ? {} : { at: replica, consistency: 'stale' as const }) };
    const where = replicas.length > 1 && replica !== undefined ? ` at ${replica}` : '';
    try {
      const item = await ground.client.get(ground.cluster, key, options);
      const told = (item === null ? `there is no key ${key}` : `${key} = ${item.value.slice(0, 200)}`) + where;
      if (!keyIs(item?.value, test, ground)) return verdict(false, told);
      seen.push(told);
    } catch (error) {
      // A cluster that cannot be asked now may be asked again.
      if (error instanceof WhitewaterError && error.code !== 'RELAY_UNREACHABLE')
        return verdict(false, `${key}: ${error.code}${where}`);
      throw error;
    }
  }
  return verdict(true, seen.join(', '));
}

function keyIs(value: string | undefined, test: KeyTest, ground: Ground): boolean {
  if (!('value' in test)) return (value === undefined) === (test.kind === 'missing');
  const wanted = textFrom(test.value, ground);
  if (test.kind === 'contains') return value?.includes(wanted) === true;
  return (value === wanted) === (test.kind === '=');
}

export function textFrom(text: Text, { memory }: Pick<Ground, 'memory'>): string {
  return 'text' in text ? text.text : String(memory.get(text.variable));
}

function resultHolds(name: string, test: ResultTest, { requests }: Ground): Verdict {
  const request = requests.get(name);
  if (request === undefined) return verdict(false, `no request was made as $${name}`);
  const { outcome } = request;
  if (outcome === undefined) return verdict(test.kind === 'pending', `$${name} has no answer yet`);
  const seen = outcome.ok
    ? `$${name} succeeded: ${outcome.text}`
    : `$${name} failed with ${outcome.code}: ${outcome.message}`;
  if (test.kind !== 'failed')
    return verdict(test.kind === 'finished' || (test.kind === 'succeeded' && outcome.ok), seen);
  return verdict(!outcome.ok && (test.codes.length === 0 || test.codes.includes(outcome.code)), seen);
}
