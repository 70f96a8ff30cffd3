import type { ElectionOptions } from '../../peer/raft/options.ts';
import type { ProcessOwner } from '../../server/processes/ProcessOwner.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { ElectionSettings, ProcessAction, ProcessesView } from '../../shared/http/Processes.ts';
import type { ClusterId, PeerId } from '../../shared/ids.ts';
import { electionWith, settingsInForce } from './electionWith.ts';
import type { KeptProcess } from './KeptProcess.ts';

/** One that runs for so long and is not connected was started all the same: somebody may have cut it off. */
const CONNECTED_WITHIN_MS = 5000;
/** The next peer is not taken down before the last is back, or has had so long for it: a majority should stay. */
const BACK_WITHIN_MS = 10_000;

export interface OwnedPeers {
  readonly cluster: ClusterId;
  readonly peers: readonly KeptProcess[];
  readonly leaseReads: boolean;
  /** What peers are started with from now on. */
  election(): ElectionOptions;
  setElection(election: ElectionOptions): void;
  /** Something was done. */
  onAsked(text: string): void;
}

/** What becomes of each process, in words. */
const DONE: Readonly<Record<ProcessAction, string>> = {
  stop: 'stopped',
  kill: 'killed',
  start: 'started',
  restart: 'stopped and started',
  pause: 'paused',
  resume: 'resumed',
};

/** Stops, starts and pauses the peers of a fleet because somebody asked for it. What is asked of one peer is done in turn. */
export class FleetOwner implements ProcessOwner {
  readonly #owned: OwnedPeers;
  /** By process: when all that was asked of it is done. */
  readonly #turns = new Map<KeptProcess, Promise<void>>();
  /** When the settings that were asked for are in force. */
  #settled: Promise<unknown> = Promise.resolve();

  constructor(owned: OwnedPeers) {
    this.#owned = owned;
  }

  get view(): ProcessesView {
    const { cluster, peers } = this.#owned;
    const settings = settingsInForce(this.#owned.election());
    return { owned: true, cluster, processes: peers.map((peer) => peer.view), settings };
  }

  /** @throws {WhitewaterError} PROCESS_NOT_OWNED, PROCESS_NOT_RUNNING */
  async act(id: PeerId, action: ProcessAction): Promise<void> {
    const peer = this.#owned.peers.find(({ name }) => name === id);
    if (peer === undefined) {
      const names = this.#owned.peers.map(({ name }) => name).join(', ');
      const message = `${id} was not started here: the processes that can be stopped and started are ${names}`;
      throw new WhitewaterError('PROCESS_NOT_OWNED', message);
    }
    await this.#inTurn(peer, () => carryOut(peer, action));
    this.#owned.onAsked(`${id} ${DONE[action]}, as somebody asked`);
  }

  /**
   * Those that are paused run afterwards. Those that are down stay so, and are started with the settings when they are.
   * Settings that are in force already start nobody anew.
   * @throws {WhitewaterError} REQUEST_INVALID, and nothing was changed; PROCESS_NOT_RUNNING when one did not come back: the others did
   */
  async restartWith(asked: ElectionSettings): Promise<void> {
    const current = this.#owned.election();
    const election = electionWith(current, asked, this.#owned.leaseReads);
    const text = wordsOf(election);
    if (text === wordsOf(current)) {
      await this.#settled;
      return;
    }
    this.#owned.setElection(election);
    this.#owned.onAsked(`all peers are started anew with ${text}, as somebody asked`);
    const settled = this.#settled.then(() => this.#restartAll());
    this.#settled = settled.catch(() => undefined);
    await settled;
  }

  async #restartAll(): Promise<void> {
    const failures: string[] = [];
    for (const peer of this.#owned.peers) {
      try {
        await this.#inTurn(peer, () => startAnew(peer));
      } catch (error) {
        failures.push((error as Error).message);
      }
    }
    if (failures.length === 0) return;
    throw new WhitewaterError('PROCESS_NOT_RUNNING', `the settings are in force, but ${failures.join('; ')}`);
  }

  #inTurn(peer: KeptProcess, job: () => Promise<void>): Promise<void> {
    const done = (this.#turns.get(peer) ?? Promise.resolve()).then(job);
    this.#turns.set(
      peer,
      done.catch(() => undefined),
    );
    return done;
  }
}

/** What is so already, is done. */
async function carryOut(peer: KeptProcess, action: ProcessAction): Promise<void> {
  switch (action) {
    case 'stop':
      return peer.down('SIGTERM');
    case 'kill':
      return peer.down('SIGKILL');
    case 'restart':
      await peer.down('SIGTERM');
      return start(peer);
    case 'start':
      return start(peer);
    case 'pause':
    case 'resume':
      if (!(action === 'pause' ? peer.pause() : peer.resume())) {
        const message = `there is no process of ${peer.name} to ${action}: it is ${peer.view.state}; start it first`;
        throw new WhitewaterError('PROCESS_NOT_RUNNING', message);
      }
  }
}

async function start(peer: KeptProcess): Promise<void> {
  peer.up();
  // It would not connect before it is resumed.
  if (peer.view.state !== 'paused') await peer.connected(CONNECTED_WITHIN_MS);
}

async function startAnew(peer: KeptProcess): Promise<void> {
  // One that ended by itself is started by itself.
  if (!peer.isRunning) return;
  await peer.down('SIGTERM');
  peer.up();
  await peer.connected(BACK_WITHIN_MS);
}

function wordsOf(election: ElectionOptions): string {
  const { heartbeatMs, electionTimeoutMsMin: min, electionTimeoutMsMax: max, preVote, checkQuorum } = election;
  const word = (isOn: boolean): string => (isOn ? 'on' : 'off');
  return `heartbeats of ${heartbeatMs} ms, election timeouts of ${min} to ${max} ms, PreVote ${word(preVote)}, CheckQuorum ${word(checkQuorum)}`;
}
