import type { ProcessClient } from '../../client/ProcessClient.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import {
  PROCESS_ACTIONS,
  type ElectionSettings,
  type ProcessAction,
  type ProcessesView,
  type ProcessView,
} from '../../shared/http/Processes.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import { nearest } from '../../shared/nearest.ts';
import type { Invocation } from '../Command.ts';
import { withLeader } from '../live/leaderMeant.ts';
import { chosenCluster, relayAccess } from '../live/relayAccess.ts';
import {
  NEW_CHECK_QUORUM,
  NEW_ELECTION_TIMEOUT,
  NEW_HEARTBEAT,
  NEW_PRE_VOTE,
  PROCESS_SETTINGS,
} from '../settings/processSettings.ts';
import { flagOf } from '../settings/Setting.ts';
import type { Settings } from '../settings/Settings.ts';
import { JSON_OUTPUT } from '../settings/sharedSettings.ts';
import { json } from './printAnswer.ts';

const WORDS = ['list', ...PROCESS_ACTIONS, 'settings'] as const;
type Word = (typeof WORDS)[number];

/** Shows the processes of peers, does something to some of them, or changes the settings of all. */
export async function controlProcesses(invocation: Invocation): Promise<number> {
  const { settings, args, stdout } = invocation;
  const [text = '', ...names] = args;
  const word = wordOf(text);
  const named = peersOf(names);
  refuseStrange(word, named, settings);
  const access = relayAccess(settings);
  const cluster = await chosenCluster(access, settings);
  const peers = await withLeader(named, access.client, cluster);
  const processes = access.client.processes(cluster);
  const view = await answerOf(word, peers, processes, settings);
  if (settings.get(JSON_OUTPUT)) stdout.write(json(view));
  else if (word === 'list') stdout.write(tableOf(cluster, view));
  else if (word === 'settings') stdout.write(`${cluster}: ${settingsText(view)}\n`);
  else stdout.write(actedOn(cluster, view, peers));
  return 0;
}

async function answerOf(
  word: Word,
  peers: readonly PeerId[],
  processes: ProcessClient,
  settings: Settings,
): Promise<ProcessesView> {
  if (word === 'settings') return processes.restartWith(askedOf(settings));
  if (word === 'list') return processes.view();
  return actOnAll(word, peers, processes);
}

/** All at once, and told of the first that failed when all are through. */
async function actOnAll(
  action: ProcessAction,
  peers: readonly PeerId[],
  processes: ProcessClient,
): Promise<ProcessesView> {
  const outcomes = await Promise.allSettled(peers.map((peer) => processes.act(peer, action)));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return processes.view();
}

function wordOf(text: string): Word {
  const word = WORDS.find((known) => known === text);
  if (word !== undefined) return word;
  const meant = nearest(text, WORDS);
  const next = meant === undefined ? `give one of ${WORDS.join(', ')}` : `did you mean ${meant}?`;
  throw new WhitewaterError('USAGE', `${JSON.stringify(text)} is nothing that can be done to a process; ${next}`);
}

function peersOf(names: readonly string[]): PeerId[] {
  const ids = names.flatMap((name) => name.split(',')).map((name) => peerId(name.trim()));
  return [...new Set(ids)];
}

/** What makes no sense together is refused before anybody is asked. */
function refuseStrange(word: Word, peers: readonly PeerId[], settings: Settings): void {
  const given = PROCESS_SETTINGS.filter((setting) => settings.isGiven(setting));
  const flags = PROCESS_SETTINGS.map(flagOf).join(', ');
  const forAll = word === 'list' || word === 'settings';
  if (forAll && peers.length > 0) refuse(`"${word}" is about all peers of the cluster; leave out ${peers.join(', ')}`);
  if (!forAll && peers.length === 0) refuse(`name the peers to ${word}, such as "whitewater process ${word} p1"`);
  if (word === 'settings' && given.length === 0) refuse(`say what to change: ${flags}`);
  const [strange] = word === 'settings' ? [] : given;
  if (strange !== undefined) refuse(`${flagOf(strange)} is for "whitewater process settings"; "${word}" takes no such`);
}

function refuse(why: string): never {
  throw new WhitewaterError('USAGE', why);
}

function askedOf(settings: Settings): ElectionSettings {
  const heartbeatMs = settings.get(NEW_HEARTBEAT);
  const timeout = settings.get(NEW_ELECTION_TIMEOUT);
  const preVote = settings.get(NEW_PRE_VOTE);
  const checkQuorum = settings.get(NEW_CHECK_QUORUM);
  return {
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
    ...(timeout === undefined ? {} : { electionTimeoutMsMin: timeout.minMs, electionTimeoutMsMax: timeout.maxMs }),
    ...(preVote === undefined ? {} : { preVote }),
    ...(checkQuorum === undefined ? {} : { checkQuorum }),
  };
}

function actedOn(cluster: string, { processes }: ProcessesView, peers: readonly PeerId[]): string {
  const texts = peers.flatMap((peer) => processes.filter(({ id }) => id === peer)).map(processText);
  return `${cluster}: ${texts.join('; ')}\n`;
}

function processText({ id, state, pid }: ProcessView): string {
  return pid === null ? `${id} is ${state}` : `${id} is ${state}, pid ${pid}`;
}

function tableOf(cluster: string, view: ProcessesView): string {
  if (!view.owned) {
    return `${cluster}: this relay knows no owner of the processes; "whitewater up" starts a cluster that can be stopped and started from here\n`;
  }
  const rows = view.processes.map(({ id, state, pid, restarts }) => [id, state, String(pid ?? ''), String(restarts)]);
  const lines = [['PEER', 'STATE', 'PID', 'RESTARTS'], ...rows];
  const widthOf = (at: number): number => Math.max(...lines.map((cells) => cells[at]?.length ?? 0));
  const text = lines.map((cells) => cells.map((cell, at) => cell.padEnd(widthOf(at))).join('  ')).map(trimmed);
  return `${text.join('\n')}\n${settingsText(view)}\n`;
}

function trimmed(line: string): string {
  return line.trimEnd();
}

function settingsText({ settings }: ProcessesView): string {
  if (settings === null) return 'the settings are not known';
  const { heartbeatMs, electionTimeoutMsMin: min, electionTimeoutMsMax: max, preVote, checkQuorum } = settings;
  const word = (isOn: boolean): string => (isOn ? 'on' : 'off');
  return `heartbeats of ${heartbeatMs} ms, election timeouts of ${min} to ${max} ms, PreVote ${word(preVote)}, CheckQuorum ${word(checkQuorum)}`;
}
