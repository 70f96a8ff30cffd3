import { linkName } from '../../client/Network.ts';
import type { GivenRule } from '../../client/Given.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { Invocation } from '../Command.ts';
import { json } from '../control/printAnswer.ts';
import { parseEnds } from '../parse/ends.ts';
import * as of from '../settings/linkSettings.ts';
import type { Settings } from '../settings/Settings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';
import { changeOptions } from './changeOptions.ts';
import { networkAccess } from './networkAccess.ts';
import { ruleText } from './ruleText.ts';

/** Puts a rule on some links, or removes one. */
export async function changeLink(invocation: Invocation): Promise<number> {
  const removed = invocation.settings.get(of.REMOVE);
  return removed === undefined ? putRule(invocation) : removeRule(invocation, removed);
}

async function putRule(invocation: Invocation): Promise<number> {
  const { settings, args, stdout } = invocation;
  const [from, to] = args;
  if (from === undefined || to === undefined) {
    throw new WhitewaterError(
      'USAGE',
      'name both ends, such as "whitewater link p1 p2 --drop 0.3", or give --remove NAME',
    );
  }
  const rule: GivenRule = { from: parseEnds(from), to: parseEnds(to), ...faultsOf(settings) };
  const name = settings.get(of.NAME) ?? linkName(rule.from, rule.to);
  const { cluster, routes } = await networkAccess(invocation);
  const answer = await routes.setRule(name, rule, changeOptions(settings));
  stdout.write(settings.get(JSON_OUTPUT) ? json(answer) : `${cluster}: ${answer.name}: ${ruleText(answer.rule)}\n`);
  return 0;
}

async function removeRule(invocation: Invocation, name: string): Promise<number> {
  const { settings, args, stdout } = invocation;
  if (args.length > 0) throw new WhitewaterError('USAGE', '--remove takes the name of a rule, and no ends');
  const { cluster, routes } = await networkAccess(invocation);
  const answer = await routes.removeRule(name, changeOptions(settings));
  const left = answer.rules.length === 0 ? 'no rule is left' : `${answer.rules.length} left`;
  stdout.write(settings.get(JSON_OUTPUT) ? json(answer) : `${cluster}: removed ${name}; ${left}\n`);
  return 0;
}

/** @throws {WhitewaterError} USAGE when no fault is named */
function faultsOf(settings: Settings): Omit<GivenRule, 'from' | 'to'> {
  const rate = settings.get(of.RATE);
  const faults = {
    ...given('drop', settings.get(of.DROP)),
    ...given('delay', settings.get(of.DELAY)),
    ...given('duplicate', settings.get(of.DUPLICATE)),
    ...given('reorder', settings.get(of.REORDER)),
    ...given('corrupt', settings.get(of.CORRUPT)),
    ...(rate === undefined ? {} : { rate: { bytesPerSecond: rate } }),
    ...(settings.get(of.HOLD) ? { hold: true } : {}),
    ...given('disconnect', settings.get(of.DISCONNECT)),
    ...given('accept', settings.get(of.ACCEPT)),
  };
  if (Object.keys(faults).length === 0) {
    const flags = '--drop, --delay, --duplicate, --reorder, --corrupt, --rate, --hold, --disconnect, --accept';
    throw new WhitewaterError('USAGE', `no fault is named: give at least one of ${flags}`);
  }
  return {
    ...faults,
    ...(settings.get(of.BOTH) ? { both: true } : {}),
    ...given('types', settings.get(of.TYPES)),
    ...given('skip', settings.get(of.SKIP)),
    ...given('every', settings.get(of.EVERY)),
    ...given('first', settings.get(of.FIRST)),
    ...given('probability', settings.get(of.PROBABILITY)),
    ...given('startAfterMs', settings.get(of.START_AFTER)),
    ...given('ttlMs', settings.get(of.TTL)),
    ...given('flap', settings.get(of.FLAP)),
  };
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}
