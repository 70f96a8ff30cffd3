import { tmpdir } from 'node:os';
import { PassThrough } from 'node:stream';
import t from 'tap';
import { COMMANDS } from '../../cli/commands.ts';
import { runProgram } from '../../cli/program.ts';
import { TestRelay } from '../server/support/relay.ts';

async function command(relay: TestRelay, ...words: string[]): Promise<string> {
  const stdout = new PassThrough();
  let text = '';
  stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const stream = stdout as unknown as NodeJS.WriteStream;
  const environment = { WHITEWATER_URL: relay.url, WHITEWATER_CONFIG: 'none' };
  const code = await runProgram(COMMANDS, words, { environment, folder: tmpdir(), stdout: stream, stderr: stream });
  if (code !== 0) throw new Error(`exit code ${code}: ${text}`);
  return text;
}

t.test('timeout: the peer is asked, and the line says what may come of it', async (t) => {
  const relay = await TestRelay.start(t);
  const cases = [
    [{ role: 'leader', term: 3 }, 'it leads, has no such timer, and does nothing'],
    [{ role: 'learner' }, 'it learns, has no such timer, and does nothing'],
    [{ role: 'follower' }, 'it asks for pre-votes first, and those who hear a leader refuse'],
    [{ role: 'follower', preVote: false }, 'it stands, unless it hears a leader itself'],
    [{ role: 'follower', preVote: false, checkQuorum: false }, 'it stands, whoever leads'],
  ] as const;
  const peer = await relay.dial('p1');
  for (const [status, outlook] of cases) {
    peer.status(status);
    await peer.settled();
    const asked = peer.frames.filter(({ type }) => type === 'TimeOut').length;
    t.equal(
      await command(relay, 'timeout', 'p1'),
      `demo: asked p1 to take its election timer for run out; ${outlook}\n`,
    );
    await relay.until('it was asked', async () => peer.frames.filter(({ type }) => type === 'TimeOut').length > asked);
  }
  t.match(JSON.parse(await command(relay, 'timeout', 'p1', '--json')), { id: 'demo', peers: [{ id: 'p1' }] });
});

t.test('timeout: who is not there cannot be asked', async (t) => {
  const relay = await TestRelay.start(t);
  await relay.dial('p1');
  await t.rejects(command(relay, 'timeout', 'p9'), { code: 'PEER_UNKNOWN', message: /connected are p1/ });
  await t.rejects(command(relay, 'timeout'), { code: 'USAGE' });
});
