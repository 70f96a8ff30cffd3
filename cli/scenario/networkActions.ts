import type { GivenProfile, GivenRule } from '../../client/Given.ts';
import { ORPHANS, PROFILES, Regions } from '../../shared/http/Network.ts';
import { Compile, type Static } from '../../shared/schema.ts';
import { compileProfile } from '../../server/faults/profiles.ts';
import { cutText } from '../control/cutNetwork.ts';
import { ruleText } from '../network/ruleText.ts';
import type { Action } from './Action.ts';
import { shown, type Place } from './Place.ts';
import { readRule, readRuleName, readRules, type ScenarioRule } from './readRule.ts';
import { sightOf } from '../../client/scenario/who.ts';
import type { Stage } from '../../client/scenario/Stage.ts';
import { idsOf, whoText, type Scope } from '../../client/scenario/who.ts';
import { type Deferred, readPartition } from './readPartition.ts';
import { readPeers } from './readWho.ts';

function action(text: string, run: (stage: Stage) => Promise<string>): Action {
  return { text, needsProcesses: false, run };
}

export function heal(): Action {
  return action('heal', async ({ network }) => {
    await network.heal();
    return 'no faults';
  });
}

/** `none`, a shape, groups, or a mapping of groups, cuts, shape, step and inFlight. */
export function partition(place: Place, scope: Scope): Action {
  if (place.value === 'none') {
    return action('partition none', async ({ network }) => {
      await network.reconnect();
      return 'whole';
    });
  }
  const { text, request } = readPartition(place, scope);
  return action(`partition ${text}`, async (stage) => cutText(await stage.network.partition(await request(stage))));
}

/** Each of them alone. */
export function isolate(place: Place, scope: Scope): Action {
  const whos = readPeers(place, scope);
  return action(`isolate ${whoText(whos)}`, async (stage) => {
    const ids = idsOf(whos, sightOf(stage, await stage.network.view()));
    return cutText(await stage.network.isolate(...ids));
  });
}

/** A rule with its name. */
export function rule(place: Place, scope: Scope): Action {
  const named = place.entries('a rule with its name').find(([field]) => field === 'name')?.[1];
  const name = place.attempt(() => (named === undefined ? place.refuse('name is missing') : readRuleName(named))) ?? '';
  const read = readRule(place, scope, true);
  return action(`rule ${name}`, async (stage) => {
    const [made] = await rulesOf(new Map([[name, read]]), stage);
    if (made === undefined) throw new Error('a rule was made of a rule');
    return ruleText((await stage.network.rule(...made)).rule);
  });
}

/** These rules and no others. */
export function rules(place: Place, scope: Scope): Action {
  const read = readRules(place, scope);
  return action(`rules ${[...read.keys()].join(', ') || 'none'}`, async (stage) => {
    const { cluster, client } = stage;
    const view = await client.network(cluster).setRules(Object.fromEntries(await rulesOf(read, stage)));
    return `${view.rules.length} in force`;
  });
}

export function removeRule(place: Place): Action {
  const fields = place.isMapping ? place.fields(['name', 'frames']) : undefined;
  const name = readRuleName(fields?.need('name') ?? place);
  const frames = fields?.get('frames')?.attempt((one) => one.choice(ORPHANS));
  return action(`remove rule ${name}`, async ({ network }) => {
    const { rules } = await network.removeRule(name, frames === undefined ? {} : { frames });
    return `${rules.length} left`;
  });
}

export function release(place: Place): Action {
  const fields = place.isMapping ? place.fields(['rule', 'order', 'first', 'ofProfile']) : undefined;
  const name = readRuleName(fields?.need('rule') ?? place);
  const order = fields?.get('order')?.attempt((one) => one.choice(['inOrder', 'shuffled'] as const)) ?? 'inOrder';
  const first = fields?.get('first')?.attempt((one) => one.wholeNumber(1, 1_000_000_000));
  const ofProfile = fields?.get('ofProfile')?.attempt((one) => one.truth());
  return action(`release ${name}`, async ({ network }) => {
    const released = await network.release(name, {
      order,
      ...(first === undefined ? {} : { first }),
      ...(ofProfile === undefined ? {} : { ofProfile }),
    });
    return `${released} frames`;
  });
}

export function profile(place: Place, scope: Scope): Action {
  const { name, request } = readProfile(place, scope);
  return action(`profile ${name}`, async (stage) => {
    const { name, ...options } = await request(stage);
    return `${(await stage.network.profile(name, options)).rules.length} rules`;
  });
}

const regionsCheck = Compile(Regions);

export function readProfile(place: Place, scope: Scope): { name: string; request: Deferred<GivenProfile> } {
  const fields = place.isMapping ? place.fields(['name', 'regions', 'rules', 'inFlight'], 'a profile') : undefined;
  const named = fields?.need('name') ?? place;
  const name = named.text('a profile');
  const own = fields?.get('rules');
  const isKnown = (PROFILES as readonly string[]).includes(name);
  if (own === undefined && !isKnown) named.note(`there is no profile ${shown(name)}; legal: ${PROFILES.join(', ')}`);
  const regions = fields?.get('regions');
  if (regions !== undefined && !regionsCheck.Check(regions.value)) {
    regions.note(`${shown(regions.value)} does not say who is where: { eu: [p1, p2], us: [p3] }`);
  } else if (regions !== undefined && isKnown) {
    const source = { name, regions: regions.value as Static<typeof Regions> };
    regions.attempt((one) => one.guard(() => compileProfile(source, scope.peers)));
  }
  const inFlight = fields?.get('inFlight')?.choice(['cut', 'delivered'] as const);
  const read = own?.attempt((one) => readRules(one, scope));
  const request: Deferred<GivenProfile> = async (stage) => ({
    name,
    ...(regions === undefined ? {} : { regions: regions.value as Record<string, string[]> }),
    ...(read === undefined ? {} : { rules: Object.fromEntries(await rulesOf(read, stage)) }),
    ...(inFlight === undefined ? {} : { inFlight }),
  });
  return { name, request };
}

/** Everything at once; what is left out is not in force afterwards. */
export function network(place: Place, scope: Scope): Action {
  const fields = place.fields(['rules', 'partition', 'profile', 'seed'], 'a network');
  const [rulesPlace, partitionPlace, profilePlace] = [
    fields.get('rules'),
    fields.get('partition'),
    fields.get('profile'),
  ];
  const rules = rulesPlace?.attempt((one) => readRules(one, scope));
  const cut = partitionPlace?.attempt((one) => readPartition(one, scope));
  const read = profilePlace?.attempt((one) => readProfile(one, scope));
  const seed = fields.get('seed')?.attempt((one) => one.text());
  return action('network', async (stage) => {
    const { epoch } = await stage.network.apply({
      ...(rules === undefined ? {} : { rules: Object.fromEntries(await rulesOf(rules, stage)) }),
      ...(cut === undefined ? {} : { partition: await cut.request(stage) }),
      ...(read === undefined ? {} : { profile: await read.request(stage) }),
      ...(seed === undefined ? {} : { seed }),
    });
    return `epoch ${epoch}`;
  });
}

export function seed(place: Place): Action {
  const text = place.text('a seed');
  return action(`seed ${text}`, async ({ network }) => `seed ${(await network.seed(text)).seed}`);
}

/** Cuts sockets; with `for` new ones are refused for so long. */
export function disconnect(place: Place, scope: Scope): Action {
  const fields = place.isMapping ? place.fields(['peer', 'for']) : undefined;
  const whos = readPeers(fields?.need('peer') ?? place, scope);
  const forMs = fields?.get('for')?.attempt((one) => one.durationMs());
  return action(`disconnect ${whoText(whos)}`, async (stage) => {
    const ids = idsOf(whos, sightOf(stage, await stage.network.view()));
    for (const id of ids) await stage.network.disconnect(id, forMs === undefined ? {} : { forMs });
    return forMs === undefined ? ids.join(', ') : `${ids.join(', ')}, refused for ${forMs} ms`;
  });
}

async function rulesOf(read: ReadonlyMap<string, ScenarioRule>, stage: Stage): Promise<[string, GivenRule][]> {
  const needsView = [...read.values()].some(({ from, to }) => typeof from !== 'string' || typeof to !== 'string');
  const sight = sightOf(stage, needsView ? await stage.network.view() : { leader: null });
  const ends = (given: ScenarioRule['from']): GivenRule['from'] =>
    typeof given === 'string' ? given : idsOf(given, sight);
  return [...read].map(([name, { from, to, faults }]) => [name, { from: ends(from), to: ends(to), ...faults }]);
}
