import { WhitewaterError } from '../../shared/errors.ts';
import { upCommand } from '../commands/up.ts';
import { Settings } from '../settings/Settings.ts';
import { openDataDirectory, type DataDirectory } from '../up/dataDirectory.ts';
import { Fleet } from '../up/Fleet.ts';
import { planOf, type UpPlan } from '../up/UpPlan.ts';
import type { Processes } from '../../client/scenario/Stage.ts';

export interface OwnClusterOptions {
  readonly cluster: string;
  readonly peers: readonly string[];
  /** Further flags of `whitewater up`, as text, by the settings' names. */
  readonly flags: ReadonlyMap<string, string>;
  /** Something happened to a process. */
  readonly onNews: (text: string) => void;
}

/** A relay and peers of this command's own, as `whitewater up` has them: processes, with temporary data, on any free port. */
export class OwnCluster implements Processes {
  readonly url: string;
  /** Rejects when a process ends that nobody ended. */
  readonly broken: Promise<never>;
  readonly #fleet: Fleet;
  readonly #data: DataDirectory;
  readonly #abandon = (): void => this.abandon();

  /** @throws {WhitewaterError} USAGE, STORE_UNREADABLE, and what keeps a relay from listening */
  static async start({ cluster, peers, flags, onNews }: OwnClusterOptions): Promise<OwnCluster> {
    const words = new Map([...flags, ['port', '0'], ['cluster', cluster], ['peers', peers.join(',')]]);
    // Neither a variable nor a configuration file may make of a scenario another one.
    const plan = planOf(new Settings(upCommand.settings, { flags: words, environment: {}, file: undefined }));
    const data = await openDataDirectory(undefined);
    return startFleet(plan, data, onNews);
  }

  constructor(url: string, fleet: Fleet, data: DataDirectory, broken: Promise<never>) {
    this.url = url;
    this.#fleet = fleet;
    this.#data = data;
    this.broken = broken;
    // However this process comes to its end, short of SIGKILL.
    process.on('exit', this.#abandon);
  }

  async kill(id: string): Promise<void> {
    await this.#peer(id).down('SIGKILL');
  }

  async stop(id: string): Promise<void> {
    await this.#peer(id).down('SIGTERM');
  }

  async start(id: string): Promise<void> {
    this.#peer(id).up();
  }

  pause(id: string): void {
    this.#peer(id).pause();
  }

  resume(id: string): void {
    this.#peer(id).resume();
  }

  /** Ends every process and removes what they wrote. */
  async close(): Promise<void> {
    await this.#fleet.stop();
    this.#data.release();
    process.off('exit', this.#abandon);
  }

  /** The same without waiting for anything. */
  abandon(): void {
    this.#fleet.kill();
    this.#data.release();
  }

  #peer(id: string) {
    const peer = this.#fleet.peer(id);
    if (peer === undefined)
      throw new WhitewaterError('PEER_UNKNOWN', `${id} is not one of the peers that were started`);
    return peer;
  }
}

async function startFleet(plan: UpPlan, data: DataDirectory, onNews: (text: string) => void): Promise<OwnCluster> {
  let fail: (error: WhitewaterError) => void = () => undefined;
  const broken = new Promise<never>((_resolve, reject) => (fail = reject));
  broken.catch(() => undefined);
  let listening: (url: string) => void = () => undefined;
  const listens = new Promise<string>((resolve) => (listening = resolve));
  const fleet = new Fleet(plan, data, {
    onListening: (url) => listening(url),
    onRelayEnded: () => fail(new WhitewaterError('RELAY_UNREACHABLE', 'the relay ended by itself')),
    onNews: (text) => {
      onNews(text);
      fail(new WhitewaterError('PEER_STOPPED', text));
    },
    // Somebody who watches broke it on purpose.
    onAsked: onNews,
    onLine: (name, line) => onNews(`${name}: ${line}`),
    onOver: (error) => fail(error),
  });
  fleet.start();
  try {
    return new OwnCluster(await Promise.race([listens, broken]), fleet, data, broken);
  } catch (error) {
    await fleet.stop();
    data.release();
    throw error;
  }
}
