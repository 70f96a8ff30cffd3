import { join } from 'node:path';
import { KeyValueMachine } from '../../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../../peer/Peer.ts';
import type { ProcessOwner } from '../../../server/processes/ProcessOwner.ts';
import type { ElectionSettings, ProcessAction, ProcessesView } from '../../../shared/http/Processes.ts';
import { clusterId, type PeerId } from '../../../shared/ids.ts';

const SETTINGS = {
  ...{ heartbeatMs: 100, electionTimeoutMsMin: 250, electionTimeoutMsMax: 400, preVote: true, checkQuorum: true },
};

/** An owner whose peers are in this process, with stores on a disk, so that one that was stopped remembers. */
export class PeerOwner implements ProcessOwner {
  view: ProcessesView;
  readonly #ids: readonly PeerId[];
  readonly #directory: string;
  readonly #peers = new Map<PeerId, Peer>();
  #relay = '';

  constructor(ids: readonly PeerId[], directory: string) {
    this.#ids = ids;
    this.#directory = directory;
    const processes = ids.map((id) => ({ id, state: 'down' as const, pid: null, restarts: 0 }));
    this.view = { owned: true, cluster: clusterId('demo'), processes, settings: SETTINGS };
  }

  async start(relay: string): Promise<void> {
    this.#relay = relay;
    await Promise.all(this.#ids.map((id) => this.act(id, 'start')));
  }

  async act(id: PeerId, action: ProcessAction): Promise<void> {
    const peer = this.#peers.get(id);
    if (action !== 'start' && peer !== undefined) {
      this.#peers.delete(id);
      await peer.stop();
    }
    if (action !== 'kill' && action !== 'stop' && !this.#peers.has(id)) this.#peers.set(id, await this.#open(id));
    const state = this.#peers.has(id) ? ('running' as const) : ('down' as const);
    const processes = this.view.processes.map((one) => (one.id === id ? { ...one, state } : one));
    this.view = { ...this.view, processes };
  }

  async restartWith(settings: ElectionSettings): Promise<void> {
    this.view = { ...this.view, settings: { ...(this.view.settings ?? SETTINGS), ...settings } };
    for (const id of [...this.#peers.keys()]) await this.act(id, 'restart');
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#peers.values()].map((peer) => peer.stop()));
  }

  #open(id: PeerId): Promise<Peer> {
    return Peer.start({
      ...{ cluster: 'demo', id, relay: this.#relay, voters: this.#ids },
      election: this.view.settings ?? SETTINGS,
      storage: { directory: join(this.#directory, id) },
      machine: new KeyValueMachine(),
    });
  }
}
