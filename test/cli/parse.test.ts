import t from 'tap';
import { parseDurationMs, parseDurationRange } from '../../client/scenario/duration.ts';
import { formatGroups, parseGroups } from '../../cli/parse/groups.ts';
import { nearest } from '../../shared/nearest.ts';
import { parseBytes, parseWholeNumber } from '../../cli/parse/numbers.ts';
import { parsePeers } from '../../cli/parse/peers.ts';
import { parseHttpAddress } from '../../cli/parse/relayAddress.ts';
import { parseChoice, parseSwitch } from '../../cli/parse/switch.ts';

t.test('durations', async (t) => {
  const legal = { '250': 250, '250ms': 250, '250 ms': 250, '2s': 2000, '1.5s': 1500, '1m': 60_000, '0': 0, ' 7 ': 7 };
  for (const [text, durationMs] of Object.entries(legal)) t.equal(parseDurationMs(text), durationMs, text);
  for (const text of ['', 'abc', '-1', '1 day', '1e3', 's', '2S', '1,5s', '0x10', 'Infinity']) {
    t.throws(() => parseDurationMs(text), { name: 'RangeError', message: /write 250, 250ms, 2s or 1m/ }, text);
  }
  t.throws(() => parseDurationMs('1000h'), /too long/);
});

t.test('ranges of durations', async (t) => {
  t.strictSame(parseDurationRange('250..400'), { minMs: 250, maxMs: 400 });
  t.strictSame(parseDurationRange('1s..1500ms'), { minMs: 1000, maxMs: 1500 });
  t.strictSame(parseDurationRange('0.5s..1m'), { minMs: 500, maxMs: 60_000 });
  for (const text of ['250', '250-400', '250..', '..400', '1..2..3', '']) {
    t.throws(() => parseDurationRange(text), { name: 'RangeError' }, text);
  }
  t.throws(() => parseDurationRange('400..250'), /smaller duration first/);
  t.throws(() => parseDurationRange('300..300'), /leaves nothing to draw from/, 'A4: a timeout is never fixed');
  t.throws(() => parseDurationRange('1s..1000ms'), /leaves nothing to draw from/);
});

t.test('numbers, sizes and switches', async (t) => {
  t.equal(parseWholeNumber('65535', 'a port', 0, 65_535), 65_535);
  for (const text of ['65536', '-1', '1.5', '', 'http', '1e3', '0x10']) {
    t.throws(
      () => parseWholeNumber(text, 'a port', 0, 65_535),
      /not a port: give a whole number from 0 to 65535/,
      text,
    );
  }
  const size = (text: string): number => parseBytes(text, '1KiB', '8MiB');
  t.equal(size('65536'), 65_536);
  t.equal(size('64KiB'), 65_536);
  t.equal(size('2 MiB'), 2_097_152);
  t.equal(size('1024'), 1024);
  t.equal(size('8MiB'), 8_388_608);
  for (const text of ['10', '1023', '9MiB', '8388609']) t.throws(() => size(text), /give 1KiB to 8MiB/, text);
  for (const text of ['1MB', '1.5MiB', '-1', '']) t.throws(() => size(text), /write 65536, 64KiB or 1MiB/, text);
  for (const text of ['true', '1', 'yes', 'ON']) t.equal(parseSwitch(text), true, text);
  for (const text of ['false', '0', 'no', 'off']) t.equal(parseSwitch(text), false, text);
  t.throws(() => parseSwitch('maybe'), /neither true nor false/);
  t.equal(parseChoice('b', 'a letter', ['a', 'b']), 'b');
  t.throws(() => parseChoice('c', 'a letter', ['a', 'b']), /"c" is not a letter: choose one of a, b/);
});

t.test('peers: a number or names', async (t) => {
  t.strictSame(parsePeers('3'), ['p1', 'p2', 'p3']);
  t.strictSame(parsePeers('9').at(-1), 'p9');
  t.strictSame(parsePeers('a, b,c'), ['a', 'b', 'c']);
  t.strictSame(parsePeers('only'), ['only']);
  t.throws(() => parsePeers('0'), /give 1 to 9/);
  t.throws(() => parsePeers('10'), /give 1 to 9/);
  t.throws(() => parsePeers('a,a'), /names a twice/);
  t.throws(() => parsePeers('a,,b'), /not a legal peer id/);
  t.throws(() => parsePeers('a b'), /not a legal peer id/);
});

t.test('addresses of relays', async (t) => {
  const legal = {
    'http://127.0.0.1:7070': 'http://127.0.0.1:7070',
    'ws://h:1': 'http://h:1',
    'wss://h': 'https://h',
    'https://h:8443/': 'https://h:8443',
    'h:7171': 'http://h:7171',
    h: 'http://h:7070',
    '[::1]:7070': 'http://[::1]:7070',
  };
  for (const [text, address] of Object.entries(legal)) t.equal(parseHttpAddress(text), address, text);
  for (const text of ['', 'ftp://h', 'http://', 'a b', 'http://u:p@h', 'h:port', 'h:1?x=1', 'foo:bar:baz']) {
    t.throws(() => parseHttpAddress(text), { code: 'USAGE' }, text);
  }
});

t.test('groups of a partition', async (t) => {
  t.strictSame(parseGroups('p1,p2|p3,p4,p5'), [
    ['p1', 'p2'],
    ['p3', 'p4', 'p5'],
  ]);
  t.strictSame(parseGroups(' p1 , p2 | p3 '), [['p1', 'p2'], ['p3']]);
  t.strictSame(parseGroups('p1'), [['p1']]);
  t.equal(formatGroups(parseGroups('p1 ,p2| p3')), 'p1,p2|p3');
});

t.test('a wrong group is told with its place', async (t) => {
  const wrong: Record<string, RegExp> = {
    '': /group 1 of "" lacks a name at character 1/,
    'p1|': /group 2 of "p1\|" lacks a name at character 4/,
    '|p1': /group 1 of "\|p1" lacks a name at character 1/,
    'p1,,p2': /group 1 of "p1,,p2" lacks a name at character 4/,
    'p1||p2': /group 2 of "p1\|\|p2" lacks a name at character 4/,
    'p1,p2 p3': /"p2 p3" at character 4 is not a peer's name/,
    'p1| p-2!': /"p-2!" at character 5 is not a peer's name/,
    'p1;p2': /"p1;p2" at character 1 is not a peer's name/,
  };
  for (const [text, message] of Object.entries(wrong)) {
    t.throws(() => parseGroups(text), { code: 'USAGE', message }, JSON.stringify(text));
  }
  t.throws(() => parseGroups('p1,p2|p2'), { code: 'PARTITION_OVERLAPS', message: /p2 stands in groups 1 and 2/ });
  t.throws(() => parseGroups('p1,p1|p2'), { code: 'PARTITION_OVERLAPS', message: /group 1 .* names p1 twice/ });
});

t.test('the nearest word', async (t) => {
  const words = ['port', 'peers', 'preVote', 'electionTimeout'];
  t.equal(nearest('prot', words), 'port');
  t.equal(nearest('electiontimeouts', words), 'electionTimeout');
  t.equal(nearest('pre-vote', words), 'preVote');
  t.equal(nearest('zebra', words), undefined);
});
