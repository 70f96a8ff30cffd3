import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { networkIn } from '../../cli/network/networkCommands.ts';
import { readChanges } from '../../cli/replay/readChanges.ts';
import { errorLine } from '../../cli/report.ts';
import { Timeline } from '../../cli/scenario/Timeline.ts';
import { renderLine } from '../../cli/view/Line.ts';
import { WhitewaterError } from '../../shared/errors.ts';

const NASTY = 'a\u001b]0;owned\u0007\u009b2Jb\u202e\r\n';
// eslint-disable-next-line no-control-regex
const STEERS = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;

function fileOf(t: Test, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-text-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'file.yaml');
  writeFileSync(path, text);
  return path;
}

t.test('what a file or a peer says does not steer the terminal', async (t) => {
  let written = '';
  const stdout = { isTTY: false, write: (text: string) => (written += text) };
  const timeline = new Timeline(stdout as unknown as NodeJS.WriteStream);
  timeline.title(NASTY);
  timeline.add({ verb: 'say', what: NASTY, outcome: NASTY, ok: true });
  timeline.event(NASTY);
  timeline.verdict(false, NASTY);
  t.notMatch(written, STEERS);
  t.match(written, /a\\u001b\]0;owned\\u0007\\u009b2Jb\\u202e/);
  t.notMatch(errorLine(new WhitewaterError('USAGE', NASTY)), STEERS);
  t.notMatch(renderLine([{ text: NASTY }], Infinity), STEERS);
});

t.test('a file of one endless line is no journal, and is not read to its end', async (t) => {
  const endless = fileOf(t, 'x'.repeat(9_000_000));
  await t.rejects(readChanges(endless), { code: 'USAGE', message: /a line has more than 8388608 characters/ });
});

t.test('words in the file of a network are as good as mappings', async (t) => {
  t.same(networkIn(fileOf(t, 'partition: ring\nprofile: flaky\nseed: a\n')), {
    ...{ partition: { shape: 'ring' }, profile: { name: 'flaky' }, seed: 'a' },
  });
  t.same(networkIn(fileOf(t, "partition: 'p1,p2 | p3'\n")), { partition: { groups: [['p1', 'p2'], ['p3']] } });
  t.same(networkIn(fileOf(t, 'partition: none\n')), { partition: null });
  t.same(networkIn(fileOf(t, 'partition: { shape: ring }\n')), { partition: { shape: 'ring' } });
  t.throws(() => networkIn(fileOf(t, 'partition: "a b"\n')), {
    code: 'USAGE',
    message: /write a shape, groups such as/,
  });
});
