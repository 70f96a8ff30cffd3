import { execFileSync } from 'node:child_process';
import type { Test } from 'tap';
import { RelayClient } from '../../client/RelayClient.ts';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { RunningProcess } from '../support/processes.ts';
import { isSettled } from '../support/ProcessCluster.ts';
import { until } from '../support/until.ts';
import { run, WITHIN_MS } from './endings.ts';

/** A running `up`, and what can be seen of it from outside. */
export class RunningUp {
  readonly process: RunningProcess;
  readonly url: string;
  readonly client: RelayClient;
  /** Those that were there when the relay began to listen: the words of a peer tell of it only from its second start on. */
  readonly #first: ReadonlySet<number>;

  static async start(t: Test, ...args: string[]): Promise<RunningUp> {
    const process = RunningProcess.start(t, { name: 'up', args: ['up', '--port', '0', ...args] });
    const [, url = ''] = await process.line(/the relay listens at (http:\S+)/, WITHIN_MS);
    const up = new RunningUp(process, url);
    t.teardown(async () => {
      await up.noneLeft();
    });
    return up;
  }

  private constructor(process: RunningProcess, url: string) {
    this.process = process;
    this.url = url;
    this.client = new RelayClient({ url });
    const own = process.pid;
    this.#first = new Set(processes().flatMap(({ parent, pid }) => (parent === own ? [pid] : [])));
  }

  /** The relay and the peers, those whose parent has gone too, by a word that stands in the command line of each. */
  children(): Child[] {
    const { port } = new URL(this.url);
    const own = this.process.pid;
    return processes().filter(
      ({ parent, pid, words }) =>
        parent === own ||
        this.#first.has(pid) ||
        (words.includes('main.js') && new RegExp(`:${port}\\b|--port ${port}\\b`).test(words)),
    );
  }

  childOf(name: string): Child {
    const child = this.children().find(({ words }) => words.includes(name));
    if (child === undefined) throw new Error(`there is no process of ${name}`);
    return child;
  }

  async noneLeft(): Promise<void> {
    // Each look starts a process of its own.
    const options = { withinMs: WITHIN_MS, what: 'no child is left', everyMs: 100 };
    await until(() => this.children().length === 0, options);
  }

  /** Where the peers keep their data. */
  get dataDirectory(): string {
    const directory = /--data (\S+)\/demo\/p1/.exec(this.childOf('--id p1').words)?.[1];
    if (directory === undefined) throw new Error('p1 has no data directory');
    return directory;
  }

  async when(what: string, isWanted: (view: ClusterView) => boolean): Promise<ClusterView> {
    const look = async (): Promise<ClusterView | undefined> => {
      const view = await this.client.cluster('demo');
      return isWanted(view) ? view : undefined;
    };
    return until(look, { withinMs: WITHIN_MS, what, everyMs: 50 });
  }

  settled(ids: readonly string[]): Promise<ClusterView> {
    return this.when('all are connected and follow one leader', (view) => isSettled(view, ids));
  }

  /** Runs another command against it, and gives what that printed. */
  async command(t: Test, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(t, args, { WHITEWATER_URL: this.url });
    t.equal(code, 0, `${args.join(' ')}: ${stderr}`);
    return stdout;
  }
}

export interface Child {
  readonly pid: number;
  readonly parent: number;
  readonly words: string;
}

function processes(): Child[] {
  const lines = execFileSync('ps', ['-ww', '-eo', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' }).split('\n');
  return lines.flatMap((line) => {
    const [, pid, parent, state = '', words = ''] = /^ *(\d+) +(\d+) +(\S+) +(.*)$/.exec(line) ?? [];
    const isOver = pid === undefined || state.startsWith('Z') || words.startsWith('ps ');
    return isOver ? [] : [{ pid: Number(pid), parent: Number(parent), words }];
  });
}
