import { writeFileSync } from 'node:fs';
import { WebSocket } from 'ws';
import { saveLines } from '../cli/network/JournalFile.ts';
import { StepFailure } from '../client/scenario/StepFailure.ts';
import { Timeline } from '../cli/scenario/Timeline.ts';
import { Network } from '../client/Network.ts';
import { RelayClient } from '../client/RelayClient.ts';
import { porcupineHistory } from '../sim/porcupineHistory.ts';
import { SocketConnection } from './Connection.ts';
import { freePort } from './freePort.ts';
import { HistoryFile } from './HistoryFile.ts';
import type { TortureOptions } from './options.ts';
import { replicatedStateOf } from './replicatedStateOf.ts';
import { RunDirectory } from './RunDirectory.ts';
import { summaryOf } from './summary.ts';
import { CLUSTER, TortureCluster } from './TortureCluster.ts';
import { TortureHands } from './TortureHands.ts';
import { textOf, TortureRun } from './TortureRun.ts';
import { Voters } from './Voters.ts';
import { Watch } from './Watch.ts';

/** What a run may take beyond its time, before it is taken to hang: the last round is ended as a whole, each wait has its own bound. */
const MARGIN_MS = 1_200_000;

/** @returns 0 when nothing was wrong, else 1 */
export async function runTorture(options: TortureOptions, interrupted: AbortSignal): Promise<number> {
  const timeline = new Timeline(process.stdout);
  const directory = new RunDirectory();
  timeline.title(titleOf(options));
  const torture = new Torture(options, { timeline, directory, interrupted });
  const failure = await torture.perform();
  const isInterrupted = interrupted.aborted && failure === undefined;
  const summary = torture.summary(failure);
  process.stdout.write(`\n${summary.text}\n`);
  if (failure === undefined && !options.keep) {
    directory.remove();
  } else {
    writeFileSync(directory.file('summary.json'), `${JSON.stringify(summary.fields, undefined, 2)}\n`);
    writeFileSync(directory.file('timeline.json'), `${JSON.stringify(timeline.entries, undefined, 1)}\n`);
    process.stdout.write(`kept        ${directory.path}: data, logs, traces, journals, history\n`);
  }
  if (!isInterrupted) tellVerdict(timeline, failure, options.seed);
  return failure === undefined ? 0 : 1;
}

/** Of what is wrong with a history there are several lines. */
function tellVerdict(timeline: Timeline, failure: string | undefined, seed: string): void {
  const [first = '', ...further] = (failure ?? `seed ${seed}: nothing was wrong`).split('\n');
  timeline.verdict(failure === undefined, first);
  if (further.length > 0) process.stdout.write(`${further.join('\n')}\n`);
}

function titleOf({ seed, durationMs, peers, clients, httpClients }: TortureOptions): string {
  const who = `${peers} peers and a spare, ${clients} clients and ${httpClients} of HTTP`;
  return `torture: ${who}, ${durationMs / 60_000} min, seed ${seed}`;
}

interface Surroundings {
  readonly timeline: Timeline;
  readonly directory: RunDirectory;
  readonly interrupted: AbortSignal;
}

/** A run with all that stands around it. */
class Torture {
  readonly #options: TortureOptions;
  readonly #timeline: Timeline;
  readonly #directory: RunDirectory;
  readonly #interrupted: AbortSignal;
  readonly #ending = new AbortController();
  readonly #offence: Promise<never>;
  #offend: (offence: string) => void = () => undefined;
  #run: TortureRun | undefined;
  #watch: Watch | undefined;

  constructor(options: TortureOptions, { timeline, directory, interrupted }: Surroundings) {
    this.#options = options;
    this.#timeline = timeline;
    this.#directory = directory;
    this.#interrupted = interrupted;
    this.#offence = new Promise((_resolve, reject) => (this.#offend = (offence) => reject(new StepFailure(offence))));
    this.#offence.catch(() => undefined);
  }

  summary(failure: string | undefined) {
    return summaryOf({ options: this.#options, run: this.#run, watch: this.#watch, failure, timeline: this.#timeline });
  }

  /** @returns what was wrong */
  async perform(): Promise<string | undefined> {
    const voters = new Voters(this.#options.peers);
    const onOffence = (offence: string): void => this.#offend(offence);
    const cluster = new TortureCluster({
      ...{ founders: voters.ids, port: await freePort(), seed: this.#options.seed, directory: this.#directory },
      preset: this.#options.preset,
      ...{ onNews: (text: string) => this.#timeline.event(text), onOffence },
    });
    const abandon = (): void => cluster.abandon();
    // However this process comes to its end, short of SIGKILL; and then the children see that it has gone.
    process.on('exit', abandon);
    const onStray = (error: unknown): void => this.#offend(`something failed that nobody waited for: ${textOf(error)}`);
    process.on('unhandledRejection', onStray);
    try {
      await cluster.open();
      return await this.#performOn(cluster, voters);
    } catch (error) {
      return textOf(error);
    } finally {
      await cluster.close();
      process.off('exit', abandon);
      process.off('unhandledRejection', onStray);
    }
  }

  async #performOn(cluster: TortureCluster, voters: Voters): Promise<string | undefined> {
    const { url } = cluster;
    const client = new RelayClient({ url, WebSocket });
    const network = new Network(client, CLUSTER);
    const onOffence = (offence: string): void => this.#offend(offence);
    const onEvent = (text: string): void => this.#timeline.event(text);
    const watch = new Watch({ url, cluster: CLUSTER, network, onEvent, onOffence });
    this.#watch = watch;
    watch.begin();
    cluster.add(voters.spare);
    const { seed } = this.#options;
    const directory = this.#directory;
    const hands = new TortureHands({ cluster, name: CLUSTER, client, network, seed, voters, watch, directory });
    const admin = new SocketConnection(url, CLUSTER, 'admin');
    const historyFile = new HistoryFile(directory.file('history.ndjson'));
    const run = new TortureRun({
      ...{ options: this.#options, name: CLUSTER, cluster, client, network, admin, voters, hands, onOffence },
      ...{ timeline: this.#timeline, historyFile, signal: this.#ending.signal },
    });
    this.#run = run;
    this.#timeline.begin();
    try {
      const failure = await this.#outcome(this.#work(run, { cluster, voters, watch, admin }));
      if (failure !== undefined) historyFile.write(run.rounds, run.history);
      if (failure !== undefined || this.#options.keep) await this.#keep(network, run);
      return failure;
    } finally {
      this.#ending.abort();
      admin.crash();
      historyFile.close();
      await watch.end();
    }
  }

  /** The rounds, and when they are over what is on the disks. */
  async #work(
    run: TortureRun,
    {
      cluster,
      voters,
      watch,
      admin,
    }: { cluster: TortureCluster; voters: Voters; watch: Watch; admin: SocketConnection },
  ): Promise<void> {
    await run.perform();
    if (this.#ending.signal.aborted || this.#interrupted.aborted) return;
    await admin.close();
    await run.compareAll();
    const offence = await watch.drain();
    if (offence !== undefined) throw new StepFailure(offence);
    await cluster.killPeers();
    const ids = voters.ids;
    const states: string[] = [];
    for (const id of ids) states.push(await replicatedStateOf(cluster.directoryOf(id), CLUSTER, id));
    const at = states.findIndex((state) => state !== states[0]);
    if (at >= 0)
      throw new StepFailure(`on disk ${ids[at] ?? ''} holds ${states[at] ?? ''}, ${ids[0] ?? ''} ${states[0] ?? ''}`);
    this.#timeline.add({ verb: 'disks', what: ids.join(', '), outcome: `alike, ${states[0] ?? ''}`, ok: true });
  }

  async #outcome(working: Promise<void>): Promise<string | undefined> {
    const timeoutMs = this.#options.durationMs + MARGIN_MS;
    const late = setTimeout(() => this.#offend(`it took longer than ${timeoutMs} ms: it hangs`), timeoutMs);
    const stopped = new Promise<void>((resolve) => {
      if (this.#interrupted.aborted) resolve();
      else this.#interrupted.addEventListener('abort', () => resolve());
    });
    working.catch(() => undefined);
    try {
      await Promise.race([working, this.#offence, stopped]);
      return undefined;
    } catch (error) {
      return textOf(error);
    } finally {
      clearTimeout(late);
      this.#ending.abort();
    }
  }

  /** What is needed to look into a run, beside what is on disk anyway. */
  async #keep(network: Network, run: TortureRun): Promise<void> {
    writeFileSync(this.#directory.file('history.porcupine'), porcupineHistory(run.history).text);
    await saveLines(network.journal(), this.#directory.nextJournal()).catch(() => undefined);
    const view = await network.view().catch(() => undefined);
    writeFileSync(this.#directory.file('view.json'), `${JSON.stringify(view, undefined, 1)}\n`);
  }
}
