import { rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../peer/Peer.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { ROLE_WORDS } from '../../shared/roleWords.ts';
import type { Invocation } from '../Command.ts';
import { lineLogger, timeOfDay } from '../process/lineLogger.ts';
import { outputIsLog } from '../process/output.ts';
import { exitUnlessStopped, stopRequested } from '../process/shutdown.ts';
import { tellSupervisor } from '../process/supervised.ts';
import { openTrace } from '../process/traceFile.ts';
import { DATA, electionOf, ID, PRIORITY, RELAYS, replicationOf, SEED, VOTERS } from '../settings/clusterSettings.ts';
import type { Settings } from '../settings/Settings.ts';
import { CLUSTER, TRACE, TRACE_FILE } from '../settings/sharedSettings.ts';
import { secretOf } from '../settings/secret.ts';
import { tokenOf } from '../settings/token.ts';
import { TEMPORARY_DATA_VARIABLE } from '../up/UpPlan.ts';
import { MembershipLines } from './MembershipLines.ts';

type RunningPeer = Pick<Peer, 'id' | 'events' | 'status'>;

/** Runs a peer until the process is asked to stop, or the peer stops for good by itself. */
export async function runPeer({ settings, stdout, stderr }: Invocation): Promise<number> {
  outputIsLog();
  const stop = stopRequested(() => process.exit(0));
  const { id, voters } = membershipOf(settings);
  const directory = settings.get(DATA);
  const token = tokenOf(settings);
  const seed = settings.get(SEED);
  const logger = lineLogger(stdout, stderr);
  const secret = secretOf(settings, (message) => logger.warn(message));
  const opened = openTrace(settings.get(TRACE), settings.get(TRACE_FILE));
  const peer = await Peer.start({
    ...{ cluster: settings.get(CLUSTER), id, relay: settings.get(RELAYS), machine: new KeyValueMachine() },
    ...{ election: electionOf(settings), replication: replicationOf(settings), priority: settings.get(PRIORITY) },
    ...(voters === undefined ? {} : { voters }),
    storage: directory === undefined ? 'memory' : { directory },
    ...(token === undefined ? {} : { token }),
    ...(secret === undefined ? {} : { secret }),
    ...(seed === undefined ? {} : { seed }),
    ...{ logger, trace: opened.trace },
  });
  tellEvents(peer, stdout, flagsOf(settings));
  const tellConnected = (): void => void tellSupervisor({ type: 'connected' });
  peer.events.on('connected', tellConnected);
  if (peer.status().connected) tellConnected();
  const reason = await Promise.race([stop, peer.stopped]);
  exitUnlessStopped(0);
  await peer.stop();
  opened.close();
  const isTemporary = process.env[TEMPORARY_DATA_VARIABLE] === '1';
  if (reason === 'supervisorGone' && isTemporary && directory !== undefined) removeTemporary(directory);
  return 0;
}

/** Prints a line when the peer's role changes, or how it stands to its cluster. */
function tellEvents(peer: RunningPeer, stdout: NodeJS.WritableStream, flags: string): void {
  const write = (text: string): void => void stdout.write(`${timeOfDay(Date.now())}  ${text}\n`);
  const lines = new MembershipLines(peer.id, flags);
  const tellMembership = (): void => {
    const line = lines.next(peer.status());
    if (line !== undefined) write(line);
  };
  tellMembership();
  peer.events.on('roleChanged', ({ to, term, reason }) => {
    write(`${peer.id}  term ${term}  ${ROLE_WORDS[to]} (${reason})`);
    tellMembership();
  });
  // The members may have come with a snapshot as well: then the next leader or commit tells of them.
  peer.events.on('leaderChanged', tellMembership);
  let isTold = peer.status().voters.length > 0;
  peer.events.on('committed', ({ entries }) => {
    if (isTold && entries.every(({ type }) => type !== 'configuration')) return;
    isTold = peer.status().voters.length > 0;
    tellMembership();
  });
}

/** What a command in another shell has to say to reach the same cluster. */
function flagsOf(settings: Settings): string {
  const [relay = ''] = settings.get(RELAYS);
  const url = settings.isGiven(RELAYS) ? ` --url ${relay}` : '';
  return ` --cluster ${settings.get(CLUSTER)}${url}`;
}

/** @throws {WhitewaterError} USAGE when a peer does not know who it is, or founds a cluster without itself */
function membershipOf(settings: Settings): { id: string; voters: readonly string[] | undefined } {
  const id = settings.get(ID);
  if (id === undefined) throw new WhitewaterError('USAGE', '--id is missing; name this peer, such as --id p1');
  const voters = settings.get(VOTERS);
  if (voters !== undefined && !voters.includes(id)) {
    const list = `${settings.sourceOf(VOTERS)} (${voters.join(', ')})`;
    throw new WhitewaterError('USAGE', `${list} does not name this peer, ${id}; name all peers, this one too`);
  }
  return { id, voters };
}

/** Whoever made the directory has gone without removing it: each of its peers takes its own part away, the last one the rest. */
function removeTemporary(directory: string): void {
  try {
    rmSync(directory, { recursive: true, force: true });
    rmdirSync(dirname(directory));
    rmdirSync(dirname(dirname(directory)));
  } catch {
    // Another peer has not finished yet.
  }
}
