import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLUSTER } from './ProcessCluster.ts';
import { RunningProcess, type Teardown } from './processes.ts';
import { ROOT } from './root.ts';

const INTERPRETER = 'python3';
const PROGRAM = join(ROOT, 'examples/python/peer.py');

/** Why the Python peer cannot run here; false when it can. Meant for a test's `skip`. */
export function whyNoPython(): string | false {
  const check = ['-c', 'import fcntl, sys; sys.exit(sys.version_info < (3, 9))'];
  const { status } = spawnSync(INTERPRETER, check);
  return status === 0 ? false : `${INTERPRETER} 3.9 or later is not here`;
}

/** A folder that is removed when the test ends. */
export function dataFolder(t: Teardown): string {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-python-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export interface PythonPeerOptions {
  readonly relay: string;
  readonly data: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** The p3 of three peers, of examples/python, as a user starts it. */
export function startPythonPeer(t: Teardown, { relay, data, args = [], env = {} }: PythonPeerOptions): RunningProcess {
  const words = ['--id', 'p3', '--peers', 'p1,p2,p3', '--cluster', CLUSTER, '--relay', relay, '--data', data, ...args];
  // Compiled files do not belong into the sources.
  return RunningProcess.start(t, {
    ...{ name: 'p3', interpreter: INTERPRETER, program: PROGRAM, args: words },
    env: { PYTHONDONTWRITEBYTECODE: '1', ...env },
  });
}
