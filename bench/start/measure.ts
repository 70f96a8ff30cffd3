import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ClusterView } from '../../shared/http/ClusterView.ts';
import { ROOT } from '../support/paths.ts';
import type { Progress } from '../support/Progress.ts';
import { spreadOf, type Spread } from '../support/statistics.ts';

export interface StartPlan {
  readonly runs: number;
}

export interface StartFigures {
  /** From the moment of the command until the relay tells of a leader, in milliseconds. */
  readonly npmStartMs: Spread;
  /** The same without npm, and without its look at whether a build is due. */
  readonly nodeMs: Spread;
  readonly packed: { readonly bytes: number; readonly unpackedBytes: number; readonly files: number };
  /** Packages that `npm install --omit=dev` puts there, and what they take on disk. */
  readonly dependencies: { readonly direct: number; readonly installed: number; readonly bytes: number };
}

const LEADER_WITHIN_MS = 60_000;
const POLL_MS = 5;
const RUN_SECONDS = 3;
const OUTPUT_BYTES_MAX = 64 * 1_048_576;

export async function measureStart({ runs }: StartPlan, progress: Progress): Promise<StartFigures> {
  const npmStart: number[] = [];
  const node: number[] = [];
  // The first run of each is for the disk's cache.
  for (let run = 0; run <= runs; run += 1) {
    progress.step('start', `run ${run} of ${runs}`, RUN_SECONDS);
    const [one, other] = [
      await leaderAfter('npm', ['start', '--']),
      await leaderAfter('node', ['dist/cli/main.js', 'up']),
    ];
    if (run === 0) continue;
    npmStart.push(one);
    node.push(other);
  }
  progress.step('package', 'npm pack, npm ls', 10);
  return {
    ...{ npmStartMs: spreadOf(npmStart), nodeMs: spreadOf(node) },
    ...{ packed: await packed(), dependencies: await dependencies() },
  };
}

/** Starts the relay and five peers as a user would, and ends them as Ctrl-C does. */
async function leaderAfter(command: string, words: readonly string[]): Promise<number> {
  const port = await freePort();
  const beganMs = performance.now();
  const started = spawn(command, [...words, '--port', String(port)], { cwd: ROOT, stdio: 'ignore', detached: true });
  const gone = once(started, 'exit');
  try {
    const deadlineMs = beganMs + LEADER_WITHIN_MS;
    while (!(await hasLeader(port))) {
      if (performance.now() > deadlineMs)
        throw new Error(`no leader within ${LEADER_WITHIN_MS / 1000} s of ${command}`);
      await after(POLL_MS);
    }
    return performance.now() - beganMs;
  } finally {
    // The whole group: npm and what it started.
    if (started.pid !== undefined && started.exitCode === null) process.kill(-started.pid, 'SIGINT');
    await gone;
    await untilClosed(port);
  }
}

async function hasLeader(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/api/clusters`);
    const answer = (await response.json()) as { readonly clusters?: readonly ClusterView[] } | readonly ClusterView[];
    const clusters = 'clusters' in answer ? (answer.clusters ?? []) : (answer as readonly ClusterView[]);
    return clusters.some(({ leader }) => leader !== null);
  } catch {
    // It does not listen yet.
    return false;
  }
}

async function untilClosed(port: number): Promise<void> {
  const deadlineMs = performance.now() + LEADER_WITHIN_MS;
  while (performance.now() < deadlineMs) {
    const isOpen = await fetch(`http://127.0.0.1:${port}/api/clusters`).then(
      () => true,
      () => false,
    );
    if (!isOpen) return;
    await after(POLL_MS);
  }
}

async function packed(): Promise<StartFigures['packed']> {
  const text = await output('npm', ['pack', '--dry-run', '--json', '--ignore-scripts']);
  const [found] = JSON.parse(text) as { size: number; unpackedSize: number; entryCount: number }[];
  if (found === undefined) throw new Error('npm pack tells of no package');
  return { bytes: found.size, unpackedBytes: found.unpackedSize, files: found.entryCount };
}

async function dependencies(): Promise<StartFigures['dependencies']> {
  const paths = async (...words: string[]): Promise<string[]> =>
    (await output('npm', ['ls', '--omit=dev', '--parseable', ...words])).trim().split('\n').slice(1);
  const all = await paths('--all');
  const bytes = all.reduce((sum, path) => sum + bytesOf(path), 0);
  return { direct: (await paths('--depth=0')).length, installed: all.length, bytes };
}

/** Of a package, without packages that lie in it: they are listed by themselves. */
function bytesOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? sum : sum + bytesOf(path);
    return entry.isFile() ? sum + statSync(path).size : sum;
  }, 0);
}

async function output(command: string, words: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, words, { cwd: ROOT, maxBuffer: OUTPUT_BYTES_MAX });
  return stdout;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}
