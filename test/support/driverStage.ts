import { Driver, type DriverEvent, type DriverOptions } from '../../peer/Driver.ts';
import type { Effect, StorageStep } from '../../peer/raft/effect.ts';
import type { Input } from '../../peer/raft/input.ts';
import type { RaftStatus } from '../../peer/raft/status.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import { VirtualClock } from '../../sim/VirtualClock.ts';
import { OWNER } from '../contract/storage.contract.ts';
import { requestVote } from './raftMessages.ts';
import { MemoryNetwork, type MemoryTransport } from './MemoryNetwork.ts';
import { VirtualStorage } from './VirtualStorage.ts';

export const CLUSTER = clusterId('demo');
const [p1, p2] = [peerId('p1'), peerId('p2')];

export const STATUS: RaftStatus = {
  ...{ role: 'follower', term: 0, votedFor: null, leader: null, lastLogIndex: 0, lastLogTerm: 0, commitIndex: 0 },
  ...{ lastApplied: 0, firstLogIndex: 1, durableIndex: 0, snapshotIndex: 0, voters: OWNER.voters, votersOutgoing: [] },
  ...{
    learners: [],
    configurationIndex: 0,
    canCommit: false,
    heartbeatMs: 100,
    electionTimeoutMsMin: 250,
    electionTimeoutMsMax: 400,
  },
  ...{ preVote: true, checkQuorum: true },
};

/** A core that does what the test says: every input is written down, and answered with the effects prepared for its type. */
export class ScriptedCore {
  readonly inputs: Input[] = [];
  answers: Partial<Record<Input['type'], (input: Input) => Effect[]>> = {};
  current: RaftStatus = STATUS;

  step(input: Input): Effect[] {
    this.inputs.push(input);
    return this.answers[input.type]?.(input) ?? [];
  }

  leaseUntilMs(): number {
    return Number.NEGATIVE_INFINITY;
  }

  status(): RaftStatus {
    return this.current;
  }

  of(type: Input['type']): Input[] {
    return this.inputs.filter((input) => input.type === type);
  }
}

export interface DriverStage {
  readonly clock: VirtualClock;
  readonly core: ScriptedCore;
  readonly storage: VirtualStorage;
  readonly transport: MemoryTransport;
  readonly driver: Driver;
  readonly events: DriverEvent[];
  readonly failures: Error[];
  readonly receive: (message?: RaftMessage) => void;
}

export const VOTE_REQUEST: RaftMessage = requestVote(1);

export function reply(id: number, after: number): Effect {
  const body = { term: 1, requestTerm: 1, inReplyTo: 1, voteGranted: true };
  return { type: 'send', id, to: p2, message: { type: 'RequestVoteReply', body }, after };
}

export function persist(sequence: number, currentTerm = sequence): Effect {
  const steps: StorageStep[] = [{ type: 'setHardState', hardState: { currentTerm, votedFor: p2 } }];
  return { type: 'persist', sequence, steps };
}

/** A driver on a scripted core, in virtual time, whose writes wait until the test lets them happen. */
export function driverStage(options: Partial<DriverOptions> = {}): DriverStage {
  const clock = new VirtualClock();
  const core = new ScriptedCore();
  const storage = new VirtualStorage();
  const transport = new MemoryNetwork(clock).transport(p1);
  const events: DriverEvent[] = [];
  const failures: Error[] = [];
  const driver = new Driver(
    { cluster: CLUSTER, id: p1, raft: core, storage, transport, clock, ...options },
    {
      onEvent: (event) => events.push(event),
      onConnected: () => undefined,
      onFailed: (error) => failures.push(error),
    },
  );
  driver.start();
  clock.advance(1);
  const receive = (message = VOTE_REQUEST): void => transport.deliver(p2, 1, message);
  return { clock, core, storage, transport, driver, events, failures, receive };
}
