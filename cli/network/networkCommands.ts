import type { GivenNetwork, GivenProfile } from '../../client/Given.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { PROFILES, type NetworkView, type RuleView } from '../../shared/http/Network.ts';
import type { Invocation } from '../Command.ts';
import { json } from '../control/printAnswer.ts';
import { remarkUninhabited } from '../live/uninhabited.ts';
import { isShape } from '../parse/shape.ts';
import { peerId } from '../../shared/ids.ts';
import { readDocument } from '../parse/document.ts';
import { rulesWithSamples } from '../parse/samples.ts';
import { OF_PROFILE, REGIONS, RELEASE_FIRST, SHUFFLED } from '../settings/networkSettings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';
import { formatDuration } from '../view/durations.ts';
import { changeOptions, epochOption } from './changeOptions.ts';
import { networkAccess } from './networkAccess.ts';
import { ends, faultsText, hitsText } from './ruleText.ts';

/** The rules in force and how often each struck. */
export async function printRules(invocation: Invocation): Promise<number> {
  const { settings, stdout } = invocation;
  const { cluster, routes } = await networkAccess(invocation);
  const list = await routes.rules();
  if (settings.get(JSON_OUTPUT)) stdout.write(json(list));
  else stdout.write(list.rules.length === 0 ? `${cluster}: no rule is in force\n` : rulesTable(list.rules));
  return 0;
}

/** Shows the faults in force, or puts what a file says in force, in one step. */
export async function changeNetwork(invocation: Invocation): Promise<number> {
  const { settings, args, stdout } = invocation;
  const [path] = args;
  const request = path === undefined ? undefined : networkIn(path);
  const access = await networkAccess(invocation);
  const { cluster, routes } = access;
  const answer = request === undefined ? await routes.view() : await routes.apply(request, changeOptions(settings));
  if (request !== undefined) await remarkUninhabited(access, invocation);
  stdout.write(settings.get(JSON_OUTPUT) ? json(answer) : networkText(cluster, answer));
  return 0;
}

/** Shows the profile in force, or puts a named one, or one of a file, in its place. */
export async function changeProfile(invocation: Invocation): Promise<number> {
  const { settings, args, stdout } = invocation;
  const [word] = args;
  const regions = settings.get(REGIONS);
  if (word === undefined) return printProfile(invocation);
  const base = isFile(word) ? profileIn(word) : { name: word };
  const profile: GivenProfile = { ...base, ...(regions === undefined ? {} : { regions }) };
  const access = await networkAccess(invocation);
  const { cluster, routes } = access;
  const answer = await routes.setProfile(profile, changeOptions(settings));
  await remarkUninhabited(access, invocation);
  stdout.write(settings.get(JSON_OUTPUT) ? json(answer) : networkText(cluster, answer));
  return 0;
}

async function printProfile(invocation: Invocation): Promise<number> {
  const { cluster, routes } = await networkAccess(invocation);
  const profile = await routes.profile();
  const line = `${cluster}: profile ${profile.name}; others: ${PROFILES.filter((name) => name !== profile.name).join(', ')}\n`;
  invocation.stdout.write(invocation.settings.get(JSON_OUTPUT) ? json({ profile }) : line);
  return 0;
}

export async function setSeed(invocation: Invocation): Promise<number> {
  const { settings, args, stdout } = invocation;
  const access = await networkAccess(invocation);
  const { cluster, routes } = access;
  const answer = await routes.setSeed(args[0] ?? '', epochOption(settings));
  await remarkUninhabited(access, invocation);
  const line = `${cluster}: seed ${answer.seed}; every link counts its frames anew\n`;
  stdout.write(settings.get(JSON_OUTPUT) ? json(answer) : line);
  return 0;
}

export async function releaseFrames(invocation: Invocation): Promise<number> {
  const { settings, args, stdout } = invocation;
  const name = args[0] ?? '';
  const first = settings.get(RELEASE_FIRST);
  const { cluster, routes } = await networkAccess(invocation);
  const released = await routes.release(name, {
    order: settings.get(SHUFFLED) ? 'shuffled' : 'inOrder',
    ...(first === undefined ? {} : { first }),
    ...(settings.get(OF_PROFILE) ? { ofProfile: true } : {}),
  });
  const line = `${cluster}: ${released} ${released === 1 ? 'frame' : 'frames'} of ${name} went; the rule holds what comes\n`;
  stdout.write(settings.get(JSON_OUTPUT) ? json({ released }) : line);
  return 0;
}

/** @throws {WhitewaterError} USAGE */
function objectIn(path: string): object {
  const value = readDocument(path);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new WhitewaterError('USAGE', `${path} holds no mapping; see docs/CLI.md for what belongs into it`);
}

/** What a file says of a network. A partition that is a word is a shape or groups, such as on the command line, and a profile that is one is its name. */
export function networkIn(path: string): GivenNetwork {
  const { partition, profile, rules, ...rest } = objectIn(path) as Record<string, unknown>;
  return {
    ...rest,
    ...(rules === undefined ? {} : { rules: readRules(rules, path) }),
    ...(partition === undefined
      ? {}
      : { partition: typeof partition === 'string' ? cutIn(partition, path) : partition }),
    ...(profile === undefined
      ? {}
      : { profile: typeof profile === 'string' ? { name: profile } : readProfile(profile, path) }),
  } as GivenNetwork;
}

/** What a file says of a profile. */
function profileIn(path: string): GivenProfile {
  return readProfile(objectIn(path), path) as GivenProfile;
}

function readProfile(profile: unknown, path: string): unknown {
  const isMapping = typeof profile === 'object' && profile !== null && 'rules' in profile;
  return isMapping ? { ...profile, rules: readRules(profile.rules, path) } : profile;
}

/** @throws {WhitewaterError} USAGE for a file of samples that cannot be read */
function readRules(rules: unknown, path: string): unknown {
  try {
    return rulesWithSamples(rules, path);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new WhitewaterError('USAGE', cause.message, { cause });
  }
}

function cutIn(text: string, path: string): GivenNetwork['partition'] {
  if (text.trim() === 'none') return null;
  try {
    if (isShape(text)) return { shape: text.trim() };
    return { groups: text.split('|').map((group) => group.split(',').map((name) => peerId(name.trim()))) };
  } catch (cause) {
    const message = `${path}: partition: ${(cause as Error).message}; write a shape, groups such as 'p1,p2 | p3', none, or { groups: [[p1, p2], [p3]] }`;
    throw new WhitewaterError('USAGE', message, { cause });
  }
}

/** Names of profiles have neither. */
function isFile(word: string): boolean {
  return word.includes('/') || /\.(?:ya?ml|json)$/.test(word);
}

function networkText(cluster: string, view: NetworkView): string {
  const { epoch, seed, profile, partition, rules, delayed, held } = view;
  const cut =
    partition === null ? 'none' : (partition.shape ?? partition.groups.map((group) => group.join(',')).join(' | '));
  return [
    `${cluster}: epoch ${epoch}, seed ${seed}`,
    `profile    ${profile.name}`,
    `partition  ${cut}`,
    `frames     ${delayed} delayed, ${held} held`,
    rules.length === 0 ? 'rules      none\n' : `\n${rulesTable(rules)}`,
  ].join('\n');
}

function rulesTable(rules: readonly RuleView[]): string {
  const rows = rules.map((view) => [
    view.ofProfile ? `(${view.name})` : view.name,
    `${ends(view.rule.from)} ${view.rule.both === true ? '<->' : '->'} ${ends(view.rule.to)}`,
    ...[formatDuration(view.ageMs), String(view.matched), hitsText(view) || '-', faultsText(view.rule)],
  ]);
  const table = [['RULE', 'LINKS', 'AGE', 'MEANT', 'STRUCK', 'WHAT'], ...rows];
  const widths = table[0]?.map((_, at) => Math.max(...table.map((row) => row[at]?.length ?? 0))) ?? [];
  return table
    .map(
      (row) =>
        `${row
          .map((cell, at) => cell.padEnd(widths[at] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}
