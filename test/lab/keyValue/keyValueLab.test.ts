import t from 'tap';
import { checkHistory, type ClerkOperation } from './checkHistory.ts';
import { checkAppends, checkStateBytes, tokenOf } from './genericTest.ts';

t.test('appends of a client must be there, once, in order', async (t) => {
  const [a, b] = [tokenOf(3, 0), tokenOf(3, 1)];
  checkAppends(3, `${a}${tokenOf(4, 0)}${b}`, 2);
  t.throws(() => checkAppends(3, a, 2), /3 missing element x 3 1 y/);
  t.throws(() => checkAppends(3, `${a}${b}${a}`, 2), /duplicate element x 3 0 y/);
  t.throws(() => checkAppends(3, `${b}${a}`, 2), /wrong order for element x 3 1 y/);
});

t.test('a log of eight times maxraftstate is the longest', async (t) => {
  checkStateBytes(8000, 1000);
  t.throws(() => checkStateBytes(8001, 1000), { message: 'logs were not trimmed (8001 > 8*1000)' });
});

t.test('a history must be linearizable', async (t) => {
  const write: ClerkOperation = { client: 0, operation: 'append', key: 'k', input: 'x 0 0 y', calledAtMs: 10 };
  const written = { ...write, returnedAtMs: 15 };
  const read = (output: string, calledAtMs: number): ClerkOperation => ({
    ...{ client: 1, operation: 'get', key: 'k', calledAtMs, returnedAtMs: calledAtMs + 1, output },
  });
  checkHistory([written, read('', 5), read('', 12), read('x 0 0 y', 13), read('x 0 0 y', 20)]);
  // What never returned may take effect late.
  checkHistory([write, read('', 20), read('x 0 0 y', 30)]);
  const illegal = /key "k" is not linearizable/;
  t.throws(() => checkHistory([written, read('x 0 0 y', 5)]), illegal);
  t.throws(() => checkHistory([written, read('', 20)]), illegal);
  t.throws(() => checkHistory([written, read('x 0 0 y', 11), read('', 13)]), illegal);
  t.throws(() => checkHistory([written, read('x 0 0 yx 0 0 y', 20)]), illegal);
});
