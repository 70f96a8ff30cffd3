import type { Test } from 'tap';
import type { Transport, TransportHandlers } from '../../endpoint/ports/Transport.ts';
import { peerId, type PeerId } from '../../shared/ids.ts';
import type { Status } from '../../shared/messages/Status.ts';
import type { RaftMessage } from '../../shared/protocol.ts';
import { EVERY_RAFT_MESSAGE } from '../support/messages.ts';

/** A network without faults that transports of any id can be made on. */
export interface TransportHarness {
  readonly make: (id: PeerId) => Transport;
  /** Lets time pass until the condition holds. Fails after a while, naming what was waited for. */
  readonly until: (condition: () => boolean, what: string) => Promise<void>;
  /** Ends what the transports ran on. */
  readonly close: () => Promise<void>;
}

export interface ReceivedMessage {
  readonly from: PeerId;
  readonly id: number;
  readonly message: RaftMessage;
}

/** Writes down what a transport calls. */
export class TransportRecorder implements TransportHandlers {
  readonly messages: ReceivedMessage[] = [];
  readonly connections: boolean[] = [];
  readonly failures: Error[] = [];
  calls = 0;

  onMessage(from: PeerId, id: number, message: RaftMessage): void {
    this.calls += 1;
    this.messages.push({ from, id, message });
  }

  onConnected(connected: boolean): void {
    this.calls += 1;
    this.connections.push(connected);
  }

  onFailed(error: Error): void {
    this.calls += 1;
    this.failures.push(error);
  }

  get isConnected(): boolean {
    return this.connections.at(-1) === true;
  }
}

const [p1, p2, p3] = [peerId('p1'), peerId('p2'), peerId('p3')];

const HEARTBEAT: RaftMessage = {
  type: 'AppendEntries',
  body: { term: 1, prevLogIndex: 0, prevLogTerm: 0, leaderCommit: 0, round: 0, entries: [] },
};

export const STATUS: Status = {
  role: 'follower',
  term: 1,
  votedFor: null,
  leader: null,
  lastLogIndex: 0,
  lastLogTerm: 0,
  commitIndex: 0,
  lastApplied: 0,
  firstLogIndex: 1,
  durableIndex: 0,
  snapshotIndex: 0,
  voters: [p1, p2, p3],
  votersOutgoing: [],
  learners: [],
  configurationIndex: 0,
  canCommit: false,
  heartbeatMs: 100,
  electionTimeoutMsMin: 250,
  electionTimeoutMsMax: 400,
  preVote: true,
  checkQuorum: true,
  storage: 'memory',
  uptimeMs: 1,
};

/** What `Transport` promises, for every transport on a network without faults. */
export function transportContract(t: Test, name: string, makeHarness: () => Promise<TransportHarness>): void {
  const connect = async (harness: TransportHarness, id: PeerId): Promise<[Transport, TransportRecorder]> => {
    const transport = harness.make(id);
    const recorder = new TransportRecorder();
    transport.start(recorder);
    await harness.until(() => recorder.isConnected, `${id} connected`);
    return [transport, recorder];
  };

  t.test(`${name}: no handler is called within start; then the connection is told`, async (t) => {
    const harness = await makeHarness();
    const transport = harness.make(p1);
    const recorder = new TransportRecorder();
    transport.start(recorder);
    t.equal(recorder.calls, 0);
    await harness.until(() => recorder.isConnected, 'connected');
    t.same(recorder.connections, [true]);
    await transport.stop();
    await harness.close();
  });

  t.test(`E46: ${name}: every message arrives as it was sent, at its addressee alone`, async (t) => {
    const harness = await makeHarness();
    const [[one], [two, twoHeard], [three, threeHeard]] = [
      await connect(harness, p1),
      await connect(harness, p2),
      await connect(harness, p3),
    ];
    for (const [at, message] of EVERY_RAFT_MESSAGE.entries()) t.ok(one.send(p2, at + 1, message));
    await harness.until(() => twoHeard.messages.length >= EVERY_RAFT_MESSAGE.length, 'all of them arrived');
    t.same(
      [...twoHeard.messages].sort((a, b) => a.id - b.id),
      EVERY_RAFT_MESSAGE.map((message, at) => ({ from: p1, id: at + 1, message })),
    );
    t.same(threeHeard.messages, []);
    for (const transport of [one, two, three]) await transport.stop();
    await harness.close();
  });

  t.test(`${name}: one message to several peers arrives at each`, async (t) => {
    const harness = await makeHarness();
    const [[one], [two, twoHeard], [three, threeHeard]] = [
      await connect(harness, p1),
      await connect(harness, p2),
      await connect(harness, p3),
    ];
    one.send(p2, 1, HEARTBEAT);
    one.send(p3, 2, HEARTBEAT);
    await harness.until(() => twoHeard.messages.length > 0 && threeHeard.messages.length > 0, 'both arrived');
    t.same(twoHeard.messages, [{ from: p1, id: 1, message: HEARTBEAT }]);
    t.same(threeHeard.messages, [{ from: p1, id: 2, message: HEARTBEAT }]);
    for (const transport of [one, two, three]) await transport.stop();
    await harness.close();
  });

  t.test(`${name}: what is sent before there is a connection is dropped, and does not come late`, async (t) => {
    const harness = await makeHarness();
    const [two, heard] = await connect(harness, p2);
    const one = harness.make(p1);
    const recorder = new TransportRecorder();
    one.start(recorder);
    t.equal(one.send(p2, 1, HEARTBEAT), false);
    t.equal(one.sendStatus(STATUS), false);
    await harness.until(() => recorder.isConnected, 'connected');
    t.equal(one.send(p2, 2, HEARTBEAT), true);
    t.equal(one.sendStatus(STATUS), true);
    await harness.until(() => heard.messages.length > 0, 'the second arrived');
    t.same(
      heard.messages.map(({ id }) => id),
      [2],
    );
    await one.stop();
    await two.stop();
    await harness.close();
  });

  t.test(`${name}: a message to nobody is lost without a word`, async (t) => {
    const harness = await makeHarness();
    const [one, heard] = await connect(harness, p1);
    one.send(peerId('nobody'), 1, HEARTBEAT);
    const [two, twoHeard] = await connect(harness, p2);
    one.send(p2, 2, HEARTBEAT);
    await harness.until(() => twoHeard.messages.length > 0, 'the one to somebody arrived');
    t.same(heard.connections, [true]);
    t.same(heard.failures, []);
    await one.stop();
    await two.stop();
    await harness.close();
  });

  t.test(`H58: ${name}: after stop nothing is sent and no handler is called`, async (t) => {
    const harness = await makeHarness();
    const [one, oneHeard] = await connect(harness, p1);
    const [two, twoHeard] = await connect(harness, p2);
    const [three, threeHeard] = await connect(harness, p3);
    // On its way when the receiver stops.
    two.send(p1, 1, HEARTBEAT);
    const stopped = one.stop();
    const calls = oneHeard.calls;
    t.equal(one.send(p2, 1, HEARTBEAT), false);
    t.equal(one.sendStatus(STATUS), false);
    two.send(p1, 2, HEARTBEAT);
    two.send(p3, 3, HEARTBEAT);
    await harness.until(() => threeHeard.messages.length > 0, 'what was sent later has arrived');
    await stopped;
    await one.stop();
    t.equal(oneHeard.calls, calls);
    t.same(twoHeard.messages, []);
    await two.stop();
    await three.stop();
    await harness.close();
  });
}
