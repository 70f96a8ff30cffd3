import type { ProcessOwner } from '../../server/processes/ProcessOwner.ts';
import type { WhitewaterError } from '../../shared/errors.ts';
import type { ElectionSettings, ProcessAction, ProcessesView, ProcessView } from '../../shared/http/Processes.ts';
import { clusterId, peerId, type PeerId } from '../../shared/ids.ts';

export const SETTINGS = {
  ...{ heartbeatMs: 100, electionTimeoutMsMin: 250, electionTimeoutMsMax: 400, preVote: true, checkQuorum: true },
};

const RUNNING = { state: 'running', pid: 7 } as const;
const DOWN = { state: 'down', pid: null } as const;
const AFTER: Readonly<Record<ProcessAction, Partial<ProcessView>>> = {
  ...{ stop: DOWN, kill: DOWN, start: RUNNING, restart: RUNNING, resume: RUNNING },
  pause: { state: 'paused' },
};

/** An owner of p1 and p2 of the cluster demo that does at once what it is asked, and has no processes. */
export class FakeOwner implements ProcessOwner {
  view: ProcessesView = {
    ...{ owned: true, cluster: clusterId('demo'), settings: SETTINGS },
    processes: ['p1', 'p2'].map((id) => ({ id: peerId(id), state: 'running', pid: 7, restarts: 0 })),
  };
  readonly asked: unknown[] = [];
  /** What the next call ends with. */
  failure: WhitewaterError | undefined;

  async act(peer: PeerId, action: ProcessAction): Promise<void> {
    this.asked.push([peer, action]);
    this.#failIfTold();
    this.become(peer, AFTER[action]);
  }

  async restartWith(settings: ElectionSettings): Promise<void> {
    this.asked.push(settings);
    this.#failIfTold();
    this.view = { ...this.view, settings: { ...SETTINGS, ...this.view.settings, ...settings } };
  }

  become(peer: string, change: Partial<ProcessView>): void {
    const processes = this.view.processes.map((one) => (one.id === peer ? { ...one, ...change } : one));
    this.view = { ...this.view, processes };
  }

  #failIfTold(): void {
    const { failure } = this;
    this.failure = undefined;
    if (failure !== undefined) throw failure;
  }
}
