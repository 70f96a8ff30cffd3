import type { WhitewaterError } from '../../shared/errors.ts';
import type { LiveEvent } from '../../shared/http/Live.ts';
import type { Invocation } from '../Command.ts';
import { followCluster, type FollowedCluster } from '../live/followCluster.ts';
import { outputIsLog } from '../process/output.ts';
import { stopRequested } from '../process/shutdown.ts';
import { PLAIN } from '../settings/sharedSettings.ts';
import { isLiveTerminal } from '../view/LiveScreen.ts';
import { formatPartition } from '../view/partitionText.ts';
import type { Screen } from '../view/screen.ts';
import { openDataDirectory, type DataDirectory } from './dataDirectory.ts';
import { Fleet } from './Fleet.ts';
import { rememberFounders } from './founders.ts';
import { LiveView } from './LiveView.ts';
import { PlainView } from './PlainView.ts';
import { suggestions } from './suggestions.ts';
import { makeTraceDirectory } from './traceDirectory.ts';
import { clusterDirectory, planOf, type UpPlan } from './UpPlan.ts';
import type { UpView } from './UpView.ts';

/** The exit code of a process that a second Ctrl-C ended, as shells have it. */
const INTERRUPTED = 130;

/** Runs a relay and its peers until the process is asked to stop, and leaves nothing of them behind. */
export async function runUp({ settings, stdout }: Invocation): Promise<number> {
  const plan = planOf(settings);
  outputIsLog();
  const stop = stopRequested(() => process.exit(INTERRUPTED));
  if (plan.trace !== undefined) await makeTraceDirectory(plan.trace.directory);
  const data = await openDataDirectory(plan.dataDirectory);
  if (!data.isTemporary) await rememberFounders(clusterDirectory(plan, data.path), plan.peers);
  const up = new Up(plan, data, settings.get(PLAIN) || !isLiveTerminal(stdout) ? 'lines' : 'table', stdout);
  // However this process comes to its end, short of SIGKILL.
  process.on('exit', () => up.abandon());
  return up.run(stop);
}

/** One run of `up`: its processes, what the relay tells of them, and what is shown. */
class Up {
  readonly #plan: UpPlan;
  readonly #data: DataDirectory;
  readonly #fleet: Fleet;
  readonly #view: UpView;
  readonly #ending = new AbortController();
  #followed: FollowedCluster | undefined;
  #listeningSinceMs: number | undefined;
  #hasHadLeader = false;
  #over: (error: WhitewaterError) => void = () => undefined;

  constructor(plan: UpPlan, data: DataDirectory, look: 'table' | 'lines', stdout: NodeJS.WriteStream) {
    this.#plan = plan;
    this.#data = data;
    this.#fleet = new Fleet(plan, data, {
      onListening: (url, timeMs) => this.#listening(url, timeMs),
      onRelayEnded: () => this.#relayEnded(),
      onNews: (text) => this.#view.news(text, Date.now()),
      onAsked: (text) => this.#view.news(text, Date.now()),
      onLine: (name, line) => this.#view.news(`${name}: ${line}`, Date.now()),
      onOver: (error) => this.#over(error),
    });
    this.#view = look === 'lines' ? new PlainView(stdout) : new LiveView(stdout, () => this.#shown());
  }

  async run(stop: Promise<unknown>): Promise<number> {
    const { cluster, peers } = this.#plan;
    this.#view.news(`starting a relay and ${peers.length} peers of the cluster ${cluster}`, Date.now());
    const over = new Promise<never>((_resolve, reject) => (this.#over = reject));
    this.#fleet.start();
    try {
      await Promise.race([stop, over]);
      this.#view.close('stopping');
    } catch (error) {
      this.#view.close(undefined);
      throw error;
    } finally {
      this.#ending.abort();
      await this.#fleet.stop();
      await this.#followed?.ended;
      this.#data.release();
    }
    return 0;
  }

  /** The last resort: nothing that would have to be waited for. */
  abandon(): void {
    this.#fleet.kill();
    this.#data.release();
  }

  #listening(url: string, timeMs: number): void {
    this.#listeningSinceMs = timeMs;
    const { cluster, peers, token } = this.#plan;
    const where = this.#data.isTemporary ? 'a temporary directory' : this.#data.path;
    this.#view.news(`the relay listens at ${url}`, timeMs);
    this.#view.news(`started ${peers.join(', ')}, with their data in ${where}`, Date.now());
    this.#view.open(suggestions({ url, peers, isLocked: token !== undefined }));
    this.#followed = followCluster({
      ...{ url, token, cluster, ca: this.#plan.tls?.ca, signal: this.#ending.signal },
      onChange: (events) => this.#told(events),
      // The cluster exists from its first peer's connection on.
      isPatient: () => true,
    });
    this.#followed.ended.catch(this.#over);
  }

  #relayEnded(): void {
    const view = this.#followed?.picture.viewAt(performance.now());
    if (view === undefined || view.partition === null) return;
    this.#view.news(
      `the partition ${formatPartition(view)} is gone with the relay; "whitewater partition" sets it again`,
      Date.now(),
    );
  }

  #told(events: readonly LiveEvent[]): void {
    for (const { kind, text, timeMs } of events) {
      // The relay says so itself, to its log.
      if (kind === 'refused') continue;
      const isFirstLeader = kind === 'leaderElected' && !this.#hasHadLeader;
      if (isFirstLeader) this.#hasHadLeader = true;
      const sinceMs = Math.round(timeMs - (this.#listeningSinceMs ?? timeMs));
      this.#view.news(isFirstLeader ? `${text}, ${sinceMs} ms after the relay began to listen` : text, timeMs);
    }
  }

  #shown(): Omit<Screen, 'events'> {
    const nowMs = performance.now();
    const picture = this.#followed?.picture;
    return {
      cluster: this.#plan.cluster,
      view: picture?.viewAt(nowMs),
      processes: this.#fleet.peerRows,
      timerOf: ({ id }) => picture?.timerAt(id, nowMs),
      notice: this.#notice(),
    };
  }

  #notice(): string | undefined {
    const { trouble } = this.#fleet.relayRow;
    if (trouble !== undefined) return `the relay is ${trouble}`;
    return this.#followed?.isOpen === true ? undefined : 'waiting for the first peer to connect';
  }
}
