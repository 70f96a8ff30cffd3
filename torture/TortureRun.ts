import { ClientLoad, type OperationCounts } from '../cli/chaos/ClientLoad.ts';
import { LEFT_OUT } from '../cli/chaos/Upset.ts';
import { pause } from '../cli/live/followCluster.ts';
import type { Stage } from '../client/scenario/Stage.ts';
import { StepFailure } from '../client/scenario/StepFailure.ts';
import type { Timeline } from '../cli/scenario/Timeline.ts';
import type { Network } from '../client/Network.ts';
import type { RelayClient } from '../client/RelayClient.ts';
import { WhitewaterError, type ErrorCode } from '../shared/errors.ts';
import { seededRandom } from '../shared/random.ts';
import type { Call } from '../sim/History.ts';
import type { SocketConnection } from './Connection.ts';
import { drawTorture, type Torment } from './drawTorture.ts';
import type { HistoryFile } from './HistoryFile.ts';
import { judge } from './judge.ts';
import { Load, type Counts } from './Load.ts';
import type { TortureOptions } from './options.ts';
import { Recovery } from './Recovery.ts';
import { compareReplicas } from './replicas.ts';
import type { TortureCluster } from './TortureCluster.ts';
import type { TortureHands } from './TortureHands.ts';
import type { Voters } from './Voters.ts';

/** From the end of all faults to replicas that are alike: generous, for machines with other work. */
const WITHIN_MS = 60_000;
/** Keys of rounds before these are deleted, so that a long run does not fill the disk. */
const ROUNDS_KEPT = 20;

/** What a fault may be refused with where the relay was taken away meanwhile: a new one knows nobody yet. */
const RELAY_AWAY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...(['RELAY_UNREACHABLE', 'OUTCOME_UNKNOWN', 'CLUSTER_UNKNOWN', 'PEER_UNKNOWN'] as const),
]);
/** What a relay that was started anew says for as long as the peers have not come back to it. */
const RELAY_NEW: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['CLUSTER_UNKNOWN', 'PEER_UNKNOWN']);
/** What a cluster under faults may say to a change of members or a transfer. */
const NOT_NOW: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  ...([
    'MEMBERSHIP_REFUSED',
    'TRANSFER_FAILED',
    'TIMED_OUT',
    'NO_PEER',
    'OUTCOME_UNKNOWN',
    'OVERLOADED',
    'PEER_UNKNOWN',
  ] as const),
]);
const MEMBER_KINDS: ReadonlySet<string> = new Set(['member', 'transfer']);

export interface TortureParts {
  readonly options: TortureOptions;
  readonly name: string;
  readonly cluster: TortureCluster;
  readonly client: RelayClient;
  readonly network: Network;
  readonly admin: SocketConnection;
  readonly voters: Voters;
  readonly hands: TortureHands;
  readonly timeline: Timeline;
  readonly historyFile: HistoryFile;
  readonly signal: AbortSignal;
  readonly onOffence: (offence: string) => void;
}

/** Rounds of faults under load; after each all faults stop, progress is required, and everything is held against what clients saw. */
export class TortureRun {
  readonly faults = new Map<string, number>();
  readonly operations: Counts = { answered: 0, failed: 0, unknown: 0 };
  readonly appends: OperationCounts = { acknowledged: 0, failed: 0, unknown: 0, reads: 0 };
  /** Of the newest round, in whole. */
  history: readonly Call[] = [];
  readonly recovery: Recovery;
  rounds = 0;
  readonly #parts: TortureParts;
  readonly #keys: (readonly string[])[] = [];
  /** The last thing that was read in the round before: the next one must not see an older store. */
  #newest: Call | undefined;

  constructor(parts: TortureParts) {
    this.#parts = parts;
    this.recovery = new Recovery(parts);
  }

  /** @throws {StepFailure} at the first thing that is wrong, or cannot be told */
  async perform(): Promise<void> {
    const { timeline, options, signal } = this.#parts;
    await this.recovery.calm('the start', undefined);
    while (timeline.elapsedMs < options.durationMs && !signal.aborted) await this.#round();
  }

  async #round(): Promise<void> {
    const { options, voters, hands, network, client, cluster, name, signal, onOffence } = this.#parts;
    const { seed, clients, httpClients } = options;
    this.rounds += 1;
    const plan = drawTorture(seed, this.rounds, voters.ids, clients);
    const stage: Stage = {
      ...{ peers: voters.ids, cluster: name, network, client, processes: cluster, journalAfter: 0 },
      ...{ memory: new Map(), requests: new Map(), random: seededRandom(seed, `stage/${this.rounds}`) },
    };
    const load = new Load({
      url: cluster.url,
      cluster: name,
      seed,
      round: this.rounds,
      clients,
      httpClients,
      onOffence,
    });
    const appends = new ClientLoad(stage, this.rounds);
    hands.load = load;
    this.history = load.history;
    if (this.#newest !== undefined) load.history.push(this.#newest);
    try {
      await this.#storm(plan, stage);
      if (!signal.aborted) await this.recovery.calm(`round ${this.rounds}`, load);
    } finally {
      await Promise.all([load.stop(), appends.stop()]);
    }
    if (signal.aborted) return;
    if (appends.offence !== undefined) throw new StepFailure(appends.offence);
    await this.#check(load, appends, stage);
  }

  /** Each fault at its time, whether or not those before it are done. */
  async #storm({ torments, stormMs }: { torments: readonly Torment[]; stormMs: number }, stage: Stage): Promise<void> {
    const { timeline, options, signal, onOffence } = this.#parts;
    const startedMs = timeline.elapsedMs;
    const boundedMs = Math.min(stormMs, Math.max(3000, options.durationMs - startedMs));
    const underWay: Promise<void>[] = [];
    for (const torment of torments) {
      if (torment.atMs > boundedMs) break;
      await pause(Math.max(0, startedMs + torment.atMs - timeline.elapsedMs), signal);
      if (signal.aborted) return;
      underWay.push(this.#torment(torment, stage).catch((error: unknown) => onOffence(textOf(error))));
    }
    await pause(Math.max(0, startedMs + boundedMs - timeline.elapsedMs), signal);
    await Promise.all(underWay);
  }

  async #torment({ kind, text, isEnd, run }: Torment, stage: Stage): Promise<void> {
    const { hands, timeline, cluster } = this.#parts;
    const disturbances = cluster.relayDisturbances;
    const wasAway = cluster.isRelayAway;
    try {
      const outcome = await run(hands, stage);
      if (!isEnd) this.#count(kind);
      timeline.add({ verb: 'fault', what: text, outcome, ok: true });
    } catch (error) {
      if (!(error instanceof WhitewaterError)) throw error;
      const isRelaysFault = wasAway || cluster.relayDisturbances !== disturbances;
      const isExcused =
        LEFT_OUT.has(error.code) ||
        (isRelaysFault && RELAY_AWAY.has(error.code)) ||
        (cluster.relayDisturbances > 0 && RELAY_NEW.has(error.code)) ||
        (MEMBER_KINDS.has(kind) && NOT_NOW.has(error.code));
      if (!isExcused) throw new StepFailure(`${text} was refused: ${error.code}: ${error.message}`);
      // Of a relay that cannot be reached nothing was asked.
      const isLeftOut = error.definite || error.code === 'RELAY_UNREACHABLE';
      if (!isLeftOut && !isEnd) this.#count(kind);
      const outcome = isLeftOut ? 'left out' : 'outcome unknown';
      timeline.add({ verb: 'fault', what: `${text}: ${error.code}, ${outcome}`, outcome: '', ok: true });
    }
  }

  #count(kind: string): void {
    this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1);
  }

  async #check(load: Load, appends: ClientLoad, stage: Stage): Promise<void> {
    const { timeline, historyFile } = this.#parts;
    const startedMs = timeline.elapsedMs;
    await this.#readAll(load);
    const offence = await this.#within('the acknowledged writes', () => appends.check());
    if (offence !== undefined) throw new StepFailure(offence);
    const keys = await this.#compare(stage.peers);
    const checkedMs = performance.now();
    judge(load.history, this.rounds);
    const judgedMs = Math.round(performance.now() - checkedMs);
    historyFile.write(this.rounds, load.history);
    const { counts } = load;
    for (const [name, count] of Object.entries(counts)) this.operations[name as keyof Counts] += count as number;
    for (const [name, count] of Object.entries(appends.counts))
      this.appends[name as keyof OperationCounts] += count as number;
    const told = `${counts.answered} answered, ${counts.unknown} unknown, ${counts.failed} failed; ${appends.counts.acknowledged} appends there`;
    const outcome = `${told}; ${keys} keys alike; judged in ${judgedMs} ms of ${timeline.elapsedMs - startedMs}`;
    timeline.add({ verb: 'checked', what: `round ${this.rounds}`, outcome, ok: true });
    await this.recovery.replaceDamaged();
    await this.#forgetOldKeys(load.keys.keys);
  }

  /** What clients were told is there: a last read of every key, which belongs to the history as well. */
  async #readAll({ history, keys }: Load): Promise<void> {
    for (const key of keys.keys) history.push(await this.#read({ type: 'get', key }));
    // Of keys that there are none of: it tells the revision of the store, and nothing of any round's keys.
    this.#newest = await this.#read({ type: 'list', prefix: `${keys.prefix}none`, limit: 1 });
    history.push(this.#newest);
  }

  async #read(input: Extract<Call['input'], { type: 'get' | 'list' }>): Promise<Call> {
    const calledAtMs = performance.now();
    const ask = () => this.#parts.admin.ask(input, { timeoutMs: WITHIN_MS });
    const output = await this.#within('a read without faults', ask);
    return { client: 'judge', input, calledAtMs, output, returnedAtMs: performance.now(), isVoid: false };
  }

  async #compare(peers: readonly string[]): Promise<number> {
    const { client, network, name, voters } = this.#parts;
    for (;;) {
      try {
        const options = { client, network, cluster: name, peers: voters.ids, withinMs: WITHIN_MS };
        return await this.#within(`the replicas ${peers.join(', ')}`, () => compareReplicas(options));
      } catch (error) {
        // A damage may be found as late as this.
        if (!(await this.recovery.replaceRefused())) throw error;
      }
    }
  }

  /** A last comparison, for what comes after it. */
  async compareAll(): Promise<void> {
    await this.#compare(this.#parts.voters.ids);
  }

  async #within<Value>(what: string, act: () => Promise<Value>): Promise<Value> {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof WhitewaterError)) throw error;
      throw new StepFailure(`${what} cannot be told: ${error.code}: ${error.message}`);
    }
  }

  async #forgetOldKeys(keys: readonly string[]): Promise<void> {
    this.#keys.push(keys);
    if (this.#keys.length <= ROUNDS_KEPT) return;
    const old = this.#keys.shift() ?? [];
    for (const key of old)
      await this.#within(`the deletion of ${key}`, () =>
        this.#parts.admin.ask({ type: 'delete', key }, { timeoutMs: WITHIN_MS }),
      );
  }
}

export function textOf(error: unknown): string {
  if (error instanceof StepFailure) return error.message;
  if (error instanceof WhitewaterError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
