/** What all benches together are to reach, each with the words of its row, in order. */
export const GOALS = {
  relayThroughput: { bench: 'relay', what: 'relay: throughput, 200 bytes, 10 pairs', goal: '1.5 × a bare forwarder' },
  relayLatency: {
    ...{ bench: 'relay', what: 'relay: median latency at 2,000 frames a second' },
    goal: 'at most 1.1 × the bare forwarder',
  },
  failoverPaper: {
    bench: 'failover',
    what: "failover in the paper's setup: lines of Figure 16 below the paper's at p50, p90 and p99",
    goal: 'all 10',
  },
  failoverPlain: { bench: 'failover', what: 'failover as shipped: the same lines', goal: 'all 10' },
  failoverMean: { bench: 'failover', what: 'failover: mean at 12–24 ms', goal: 'under 35 ms' },
  puts256: { bench: 'commit', what: 'puts, 256 outstanding, one client process', goal: '4.5 × etcd through etcd3' },
  puts64: {
    ...{ bench: 'commit', what: 'puts, 64 outstanding, one client process' },
    goal: 'at least 24,137 a second: 1.5 × 16,091, seen of etcd by its Go client',
  },
  putsOne: { bench: 'commit', what: 'puts, one after the other: median', goal: "at most etcd3's" },
  reads256: { bench: 'commit', what: 'linearizable reads, 256 outstanding, one client process', goal: '2 × etcd' },
  zmqRaft: {
    ...{ bench: 'commit', what: 'puts at 16, 64 and 256 over zmq-raft' },
    goal: 'ahead at each, 2 × at 64',
  },
  liferaft: { bench: 'commit', what: 'puts at 16, 64 and 256 over liferaft', goal: 'ahead at each' },
  antietcd: { bench: 'commit', what: 'puts at 16, 64 and 256 over antietcd', goal: 'ahead at each' },
  scaleElections: {
    ...{ bench: 'scale', what: 'scale: spurious elections, 1,000 peers on one relay at heartbeats of 100 ms' },
    goal: '0',
  },
  scaleCore: { bench: 'scale', what: 'scale: the relay with these 1,000 peers', goal: 'under one core' },
  pageDrawing: {
    ...{ bench: 'page', what: 'page: repaints at 9 peers and 1,000 frames a second' },
    goal: 'at least 30 a second',
  },
  pageHeap: { bench: 'page', what: 'page: its heap after ten minutes of that', goal: 'at most 8 MiB more' },
  start: { bench: 'start', what: 'start: from `npm start` to a leader', goal: 'within 1.5 s' },
} as const;

export type GoalName = keyof typeof GOALS;

/** What a bench found about a goal: the number in words, and whether that is enough. */
export interface Finding {
  readonly measured: string;
  readonly isMet: boolean;
}

export type Measured = Readonly<Partial<Record<GoalName, Finding>>>;
