import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { checkLinearizability } from '../../../sim/linearizability/check.ts';
import { asStringHistory, readKeyValueLog, writeKeyValueLog } from '../../../sim/linearizability/jepsenKeyValueLog.ts';
import { readRegisterLog, writeRegisterLog } from '../../../sim/linearizability/jepsenRegisterLog.ts';
import { REGISTER_MODEL } from '../../../sim/linearizability/registerModel.ts';
import { STRING_MODEL } from '../../../sim/linearizability/stringModel.ts';
import { seededRandom } from '../../../shared/random.ts';
import { linearizableHistory, mutated } from './arbitraryHistory.ts';

/** A cluster that answers a read from a deposed leader: written in the format of Jepsen's logs, with what else stands in them. */
const STALE_REGISTER = [
  'INFO  jepsen.os.debian - :n1 setting up debian',
  'INFO  jepsen.util - 0\t:invoke\t:write\t3',
  'INFO  jepsen.util - 0\t:ok\t:write\t3',
  'INFO  jepsen.util - 1   :invoke :cas    [3 4]',
  'INFO  jepsen.util - 1   :ok     :cas    [3 4]',
  'INFO  jepsen.util - 2\t:invoke\t:read\tnil',
  'INFO  jepsen.util - 2\t:ok\t:read\t3',
  '',
].join('\n');

t.test('a register log: calls and returns, columns apart by tabs or spaces, other lines passed over', async (t) => {
  t.same(readRegisterLog(STALE_REGISTER), [
    { client: '0', input: { type: 'write', value: 3 }, output: { type: 'written' }, calledAtMs: 2, returnedAtMs: 3 },
    {
      ...{ client: '1', input: { type: 'compareAndSet', expected: 3, value: 4 } },
      ...{ output: { type: 'compared', changed: true }, calledAtMs: 4, returnedAtMs: 5 },
    },
    { client: '2', input: { type: 'read' }, output: { type: 'read', value: 3 }, calledAtMs: 6, returnedAtMs: 7 },
  ]);
  t.equal(checkLinearizability(REGISTER_MODEL, readRegisterLog(STALE_REGISTER)).type, 'illegal');
  const good = STALE_REGISTER.replace(':read\t3', ':read\t4');
  t.equal(checkLinearizability(REGISTER_MODEL, readRegisterLog(good)).type, 'linearizable');
});

t.test(
  'a register log: what timed out is open, a read that timed out says nothing, a cas that failed has compared',
  async (t) => {
    const log = (end: string): string =>
      [
        'INFO  jepsen.util - 0\t:invoke\t:write\t1',
        'INFO  jepsen.util - 1\t:invoke\t:cas\t[1 2]',
        'INFO  jepsen.util - 0\t:info\t:write\t:timed-out',
        `INFO  jepsen.util - 1\t${end}`,
        'INFO  jepsen.util - 2\t:invoke\t:read\tnil',
        'INFO  jepsen.util - 2\t:fail\t:read\t:timed-out',
        'INFO  jepsen.util - 2\t:invoke\t:read\tnil',
        'INFO  jepsen.util - 2\t:ok\t:read\tnil',
      ].join('\n');
    const verdict = (end: string): string => checkLinearizability(REGISTER_MODEL, readRegisterLog(log(end))).type;
    const open = readRegisterLog(log(':info\t:cas\t:timed-out'));
    t.same(
      open.map(({ returnedAtMs }) => returnedAtMs),
      [undefined, undefined, 8],
    );
    t.equal(verdict(':fail\t:cas\t[1 2]'), 'linearizable', 'neither took effect');
    t.equal(verdict(':ok\t:cas\t[1 2]'), 'illegal', 'the cas proves the write, so there is a value to read');
    t.equal(verdict(':info\t:cas\t:timed-out'), 'linearizable');
  },
);

t.test('a register log survives being written and read again', async (t) => {
  const history = readRegisterLog(
    `${STALE_REGISTER}INFO  jepsen.util - 0\t:invoke\t:write\t5\nINFO  jepsen.util - 3\t:invoke\t:cas\t[4 5]\nINFO  jepsen.util - 3\t:fail\t:cas\t[4 5]\n`,
  );
  const written = writeRegisterLog(history);
  t.match(written, /^INFO {2}jepsen\.util - 0\t:invoke\t:write\t3\n/);
  t.match(written, /INFO {2}jepsen\.util - \d+\t:info\t:write\t:timed-out\n$/);
  t.equal(writeRegisterLog(readRegisterLog(written)), written);
  t.same(
    readRegisterLog(written).map(({ input, output }) => ({ input, output })),
    history.map(({ input, output }) => ({ input, output })),
  );
});

t.test(
  'key-value lines: written and read again with any strings, clients that do two things at once, open ends',
  async (t) => {
    const text = [
      '{:process 0, :type :invoke, :f :put, :key "0", :value "x 0 0 y"}',
      '{:process 1, :type :invoke, :f :get, :key "0", :value nil}',
      '{:process 0, :type :ok, :f :put, :key "0", :value "x 0 0 y"}',
      '{:process 1, :type :ok, :f :get, :key "0", :value "x 0 0 y"}',
      '{:process 0, :type :invoke, :f :append, :key "0", :value "x 0 1 y"}',
      '',
    ].join('\n');
    const read = readKeyValueLog(text);
    t.same(read[2], {
      ...{ client: '0', input: { type: 'append', key: '0', value: 'x 0 1 y' }, output: undefined },
      ...{ calledAtMs: 5, returnedAtMs: undefined },
    });
    t.equal(checkLinearizability(STRING_MODEL, read).type, 'linearizable');
    t.equal(writeKeyValueLog(read), text);
    const odd = read.map((operation) => ({
      ...operation,
      client: 'one',
      input: { ...operation.input, key: 'a "key"\\\n é 鍵' },
    }));
    const again = readKeyValueLog(writeKeyValueLog(odd));
    t.same(
      again.map(({ input, output }) => ({ input, output })),
      odd.map(({ input, output }) => ({ input, output })),
    );
    t.same(
      again.map(({ client }) => client),
      ['0', '1', '1'],
      'Jepsen knows no process that does two things at once',
    );
  },
);

t.test(
  'histories of our machine in these words: the legal ones stay legal, what is illegal in them was illegal',
  async (t) => {
    let illegal = 0;
    for (let seed = 0; seed < 200; seed += 1) {
      const random = seededRandom(seed, 'formats');
      const made = linearizableHistory({ operations: 60, clients: 5, keys: 2, openRate: 0.05 }, random);
      for (const [history, isLegal] of [
        [made, true],
        [mutated(made, random), false],
      ] as const) {
        const told = asStringHistory(history);
        const again = readKeyValueLog(writeKeyValueLog(told));
        const [before, after] = [told, again].map((each) => checkLinearizability(STRING_MODEL, each).type);
        t.equal(after, before, 'the format loses nothing of the order', { seed });
        if (isLegal) t.equal(after, 'linearizable', { seed });
        else if (after === 'illegal') illegal += 1;
      }
    }
    t.ok(illegal > 20, `${illegal} of 200 mutated ones are illegal in these words too`);
  },
);

t.test('what cannot be understood is refused with the number of its line, never passed over', async (t) => {
  const register = (line: string) => (): unknown => readRegisterLog(`\nINFO  jepsen.util - 0\t${line}`);
  t.throws(register(':invoke\t:enqueue\t1'), /line 2 of the history: this is no event of a register/);
  t.throws(register(':invoke\t:cas\t[1]'), /a cas needs two numbers/);
  t.throws(register(':invoke\t:write\tnil'), /nil cannot be written/);
  t.throws(register(':ok\t:write\t1'), /line 2.*process 0 returned and had called nothing/);
  const map = (middle: string) => (): unknown => readKeyValueLog(`{:process 0, :type :${middle}}`);
  t.throws(
    map('invoke, :f :swap, :key "0", :value nil'),
    /line 1 of the history: this is no event of a key-value store/,
  );
  t.throws(map('invoke, :f :put, :key "0", :value nil'), /a put needs a value/);
  t.throws(map('ok, :f :get, :key "0", :value ""'), /had called nothing/);
  const call = '{:process 0, :type :invoke, :f :get, :key "0", :value nil}\n';
  t.throws(() => readKeyValueLog(`${call}{:process 0, :type :ok, :f :get, :key "1", :value ""}`), /asked for key "0"/);
  t.throws(() => readKeyValueLog(`${call}{:process 0, :type :ok, :f :get, :key "0", :value nil}`), /is missing/);
});

const PORCUPINE = process.env['PORCUPINE_TEST_DATA'];
/** Which of the 102 logs Porcupine's own tests call linearizable. Number 95 has no history. */
const LINEARIZABLE_LOGS = new Set([
  ...[2, 5, 7, 18, 25, 31, 38, 45, 48, 49, 51, 53, 56, 67, 75, 76, 80, 87, 92, 98, 100, 101, 102],
]);

t.test(
  'Porcupine’s own histories have the verdicts that it gives them',
  {
    skip:
      PORCUPINE === undefined && 'set PORCUPINE_TEST_DATA to the folder test_data of github.com/anishathalye/porcupine',
  },
  async (t) => {
    const folder = PORCUPINE ?? '';
    const read = (...path: string[]): string => readFileSync(join(folder, ...path), 'utf8');
    const logs = readdirSync(join(folder, 'jepsen')).filter(
      (name) => /^etcd_\d+\.log$/.test(name) && name !== 'etcd_095.log',
    );
    t.equal(logs.length, 102);
    for (const name of logs) {
      const expected = LINEARIZABLE_LOGS.has(Number(name.slice(5, 8))) ? 'linearizable' : 'illegal';
      const history = readRegisterLog(read('jepsen', name));
      t.equal(checkLinearizability(REGISTER_MODEL, history).type, expected, name);
      t.equal(checkLinearizability(REGISTER_MODEL, readRegisterLog(writeRegisterLog(history))).type, expected, name);
    }
    for (const name of ['c01-ok', 'c01-bad', 'c10-ok', 'c10-bad', 'c50-ok', 'c50-bad']) {
      const verdict = checkLinearizability(STRING_MODEL, readKeyValueLog(read('kv', `${name}.txt`)));
      t.equal(verdict.type, name.endsWith('ok') ? 'linearizable' : 'illegal', name);
    }
  },
);
