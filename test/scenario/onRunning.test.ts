import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import t, { type Test } from 'tap';
import { Network } from '../../client/Network.ts';
import { RelayClient } from '../../client/RelayClient.ts';
import { COMMANDS } from '../../cli/commands.ts';
import { runProgram } from '../../cli/program.ts';
import { Peer } from '../../peer/Peer.ts';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import { peerId } from '../../shared/ids.ts';
import { TestRelay } from '../server/support/relay.ts';

/* Scenarios with peers that run already, of which other things were told before. */

const PEERS = ['p1', 'p2', 'p3'].map((id) => peerId(id));

interface Ran {
  readonly code: number | string;
  readonly text: string;
}

interface Ground {
  readonly network: Network;
  readonly file: (name: string, text?: string) => string;
  readonly run: (...words: string[]) => Promise<Ran>;
}

async function ground(t: Test): Promise<Ground> {
  const relay = await TestRelay.start(t);
  const peers = await Promise.all(
    PEERS.map((id) =>
      Peer.start({
        ...{ cluster: 'demo', id, relay: relay.url, machine: new KeyValueMachine(), voters: PEERS },
        election: { heartbeatMs: 40, electionTimeoutMsMin: 150, electionTimeoutMsMax: 300 },
      }),
    ),
  );
  t.teardown(() => Promise.all(peers.map((peer) => peer.stop())));
  const network = new Network(new RelayClient({ url: relay.url }), 'demo');
  await network.until(({ leader, peers }) => leader !== null && peers.every(({ connected }) => connected), {
    withinMs: 20_000,
  });
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-running-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string, text?: string): string => {
    const path = join(folder, name);
    if (text !== undefined) writeFileSync(path, text);
    return path;
  };
  const run = async (...words: string[]): Promise<Ran> => {
    const stdout = new PassThrough();
    let text = '';
    stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const stream = stdout as unknown as NodeJS.WriteStream;
    const streams = { stdout: stream, stderr: stream };
    try {
      const code = await runProgram(COMMANDS, [...words, '--url', relay.url], {
        ...{ environment: { WHITEWATER_CONFIG: 'none' }, folder, ...streams },
      });
      return { code, text };
    } catch (error) {
      const { code, message } = error as Error & { code: string };
      return { code, text: `${text}${message}` };
    }
  };
  return { network, file, run };
}

const SCENARIO = `
peers: [p1, p2, p3]
steps:
  - do: { rule: { name: ours, from: p1, to: p2, delay: 5ms } }
  - until: leader within 10s
`;

t.test('a run keeps the journal of itself, and not of what came before', async (t) => {
  const { network, file, run } = await ground(t);
  await network.link('p1', 'p2', { drop: 0.1 }, { name: 'earlier' });
  await network.heal();
  const journal = file('run.ndjson');
  const { code, text } = await run('run', file('s.yaml', SCENARIO), '--journal', journal);
  t.equal(code, 0, text);
  const lines = readFileSync(journal, 'utf8');
  t.match(lines, /"rules":\{"ours"/);
  t.notMatch(lines, /earlier/);
  t.match(JSON.parse(lines.split('\n')[0] ?? ''), { kind: 'journal', forgotten: 0 });
  const replayed = await run('replay', journal);
  t.match(replayed, { code: 0, text: /: 2 changes in / }, 'its seed and its rule');
});

t.test(
  'a journal that cannot be kept is told before anything starts, and a full disk behind the verdict',
  async (t) => {
    const { network, file, run } = await ground(t);
    const { epoch } = await network.faults();
    const scenario = file('s.yaml', SCENARIO);
    const nowhere = await run('run', scenario, '--journal', file('none/x'));
    t.match(nowhere, { code: 'USAGE', text: /^\S+none\/x cannot be written/ });
    t.match(await run('chaos', '--peers', '3', '--journal', file('none/x')), { code: 'USAGE', text: /^\S+none\/x/ });
    t.equal((await network.faults()).epoch, epoch, 'the network was not touched');
    if (!existsSync('/dev/full')) return;
    const full = await run('run', scenario, '--journal', '/dev/full');
    t.match(full, { code: 'OUTPUT_FAILED', text: /PASSED[^]*\/dev\/full could not be written to its end/ });
  },
);

t.test('a file that was there stays as it was when nothing is run', async (t) => {
  const { file, run } = await ground(t);
  const journal = file('old.ndjson', 'old\n');
  const strange = file('strange.yaml', SCENARIO.replaceAll('p3', 'p9'));
  t.match(await run('run', strange, '--journal', journal), { code: 'TIMED_OUT', text: /p9 not connected/ });
  t.equal(readFileSync(journal, 'utf8'), 'old\n');
});

t.test('a scenario that does not name all voters is refused: the others would vote in it', async (t) => {
  const { file, run } = await ground(t);
  const few = file('few.yaml', SCENARIO.replace('[p1, p2, p3]', '[p1, p2]'));
  t.match(await run('run', few), { code: 'USAGE', text: /demo has p3 among its voters too/ });
  t.match(await run('chaos', '--peers', 'p1,p3'), {
    code: 'USAGE',
    text: /^chaos[^]*demo has p2 among its voters too/,
  });
});
