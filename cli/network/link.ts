import { linkName } from '../../client/Network.ts';
import type { GivenRule } from '../../client/Given.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { SELECTOR_WORDS } from '../../shared/http/Rule.ts';
import { isId } from '../../shared/legalId.ts';
import type { Invocation } from '../Command.ts';
import { json } from '../control/printAnswer.ts';
import { remarkUninhabited } from '../live/uninhabited.ts';
import { parseEnds } from '../parse/ends.ts';
import * as of from '../settings/linkSettings.ts';
import { flagOf } from '../settings/Setting.ts';
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
  if (from === to && isId(from) && !(SELECTOR_WORDS as readonly string[]).includes(from)) {
    throw new WhitewaterError('USAGE', `nothing goes from ${from} to itself; name another end, such as "*"`);
  }
  const rule: GivenRule = { from: parseEnds(from), to: parseEnds(to), ...faultsOf(settings) };
  const name = settings.get(of.NAME) ?? linkName(rule.from, rule.to);
  const access = await networkAccess(invocation);
  const { cluster, routes } = access;
  const answer = await routes.setRule(name, rule, changeOptions(settings));
  await remarkUninhabited(access, invocation);
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
  refuseWithout(settings);
  const rate = settings.get(of.RATE);
  const faults = {
    ...given('drop', settings.get(of.BURSTS) ?? settings.get(of.DROP)),
    ...given('delay', settings.get(of.DELAY)),
    ...given(
      'duplicate',
      more(settings.get(of.DUPLICATE), {
        ...given('copies', settings.get(of.COPIES)),
        ...given('delay', settings.get(of.COPY_DELAY)),
      }),
    ),
    ...given('reorder', more(settings.get(of.REORDER), given('delay', settings.get(of.REORDER_DELAY)))),
    ...given('corrupt', settings.get(of.CORRUPT)),
    ...(rate === undefined
      ? {}
      : { rate: { bytesPerSecond: rate, ...given('queueBytesMax', settings.get(of.QUEUE)) } }),
    ...(settings.get(of.HOLD) ? { hold: true } : {}),
    ...given('disconnect', disconnectOf(settings)),
    ...given('accept', settings.get(of.ACCEPT)),
  };
  if (Object.keys(faults).length === 0) {
    const flags =
      '--drop, --bursts, --delay, --duplicate, --reorder, --corrupt, --rate, --hold, --disconnect, --accept';
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

/** What one flag says of the fault of another is nothing without that one. */
const NEEDS = [
  ...([
    [of.COPIES, of.DUPLICATE],
    [of.COPY_DELAY, of.DUPLICATE],
    [of.REORDER_DELAY, of.REORDER],
  ] as const),
  ...([
    [of.QUEUE, of.RATE],
    [of.DISCONNECT_END, of.DISCONNECT],
  ] as const),
];

/** @throws {WhitewaterError} USAGE */
function refuseWithout(settings: Settings): void {
  for (const [setting, fault] of NEEDS) {
    if (!settings.isGiven(setting) || settings.isGiven(fault)) continue;
    const message = `${settings.sourceOf(setting)} says more of ${flagOf(fault)}, which is not given: give both, or neither`;
    throw new WhitewaterError('USAGE', message);
  }
  if (!settings.isGiven(of.BURSTS) || !settings.isGiven(of.DROP)) return;
  throw new WhitewaterError('USAGE', '--drop and --bursts are two ways to lose frames: give one of them, or two rules');
}

/** A share alone, or with what more is said of the fault. */
function more<Fault extends object>(
  probability: number | undefined,
  fields: Fault,
): number | (Fault & { readonly probability: number }) | undefined {
  return probability === undefined || Object.keys(fields).length === 0 ? probability : { ...fields, probability };
}

function disconnectOf(settings: Settings): GivenRule['disconnect'] | undefined {
  const [probability, end] = [settings.get(of.DISCONNECT), settings.get(of.DISCONNECT_END)];
  return probability === undefined || end === undefined ? probability : { probability, end };
}

function given<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]: Value });
}
