import { Readable } from 'node:stream';
import t, { type Test } from 'tap';
import { ChangeWindow } from '../../server/gateway/ChangeWindow.ts';
import { changeLines, changesAfter, newestRevision } from '../../server/gateway/changeLines.ts';
import { Turns } from '../../server/gateway/Turns.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { StoreCluster, WITHIN_MS } from '../support/StoreCluster.ts';
import { until } from '../support/until.ts';
import { FakeStore } from './support/FakeStore.ts';

/** A watch as the route begins it; `lines` are those that were read, the first one left out. */
class Reader {
  readonly lines: string[] = [];
  readonly controller = new AbortController();
  hasEnded = false;
  #iterator: AsyncGenerator<string> | undefined;

  /** Begins, and reads only the first line. */
  static async begin(t: Test, client: FakeStore, prefix = '', revision?: number): Promise<Reader> {
    const reader = new Reader();
    const watch = { client, prefix, signal: reader.controller.signal };
    const afterRevision = revision ?? (await newestRevision(watch, WITHIN_MS));
    const first = await changesAfter(watch, afterRevision, WITHIN_MS);
    reader.#iterator = changeLines(watch, first, afterRevision);
    t.same(await reader.#iterator.next(), { done: false, value: `{"afterRevision":${afterRevision}}\n` });
    t.teardown(() => reader.controller.abort(new Error('the test is over')));
    return reader;
  }

  get revisions(): number[] {
    return this.lines.map((line) => (JSON.parse(line) as { revision: number }).revision);
  }

  /** Reads whatever comes from now on. */
  readAll(): this {
    void (async () => {
      while (await this.readSome());
    })();
    return this;
  }

  async readSome(): Promise<boolean> {
    const { done, value } = (await this.#iterator?.next()) ?? { done: true, value: undefined };
    if (done === true) this.hasEnded = true;
    else this.lines.push(...(value ?? '').split('\n').filter(Boolean));
    return done !== true;
  }
}

/** With as many puts as they say, and watches that all read. */
async function readers(t: Test, store: FakeStore, count: number): Promise<Reader[]> {
  const begun = await Promise.all(Array.from({ length: count }, () => Reader.begin(t, store)));
  for (const reader of begun) reader.readAll();
  return begun;
}

const told = (all: readonly Reader[], count: number): Promise<unknown> =>
  until(() => all.every(({ lines }) => lines.length >= count), { withinMs: WITHIN_MS, what: `${count} lines for all` });

const upTo = (last: number, first = 1): number[] => Array.from({ length: last - first + 1 }, (_, at) => first + at);

t.test('200 watches cost the cluster one question at a time, whose answer all of them hear', async (t) => {
  const store = new FakeStore();
  const all = await readers(t, store, 200);
  await until(() => store.underWay === 0, { withinMs: WITHIN_MS, what: 'all have begun' });
  store.underWayMax = 0;
  const before = store.asked.length;
  const firstAtMs = performance.now();
  for (let round = 1; round <= 10; round += 1) {
    store.put(`key${round}`);
    await told(all, round);
  }
  for (const { revisions } of all) t.same(revisions, upTo(10));
  t.equal(store.underWayMax, 1);
  const beganAtMs = performance.now();
  const asked = store.asked.length - before;
  t.ok(asked <= 20 + (beganAtMs - firstAtMs) / 19, `${asked} questions: as one watch alone would ask`);
  await until(() => store.asked.length >= before + asked + 3, { withinMs: WITHIN_MS, what: 'three more questions' });
  t.ok(performance.now() - beganAtMs > 150, 'a tenth of a second between questions while nothing changes');
});

t.test('nobody is asked while nobody waits for an answer', async (t) => {
  const store = new FakeStore();
  const [one, other] = [await Reader.begin(t, store), await Reader.begin(t, store)];
  const asked = store.asked.length;
  const beganAtMs = performance.now();
  await until(() => performance.now() > beganAtMs + 300, { withinMs: WITHIN_MS, what: 'three times a question' });
  t.equal(store.asked.length, asked, 'they have begun, and read nothing');
  one.readAll();
  await until(() => store.asked.length > asked + 1, { withinMs: WITHIN_MS, what: 'a question for the one that reads' });
  one.controller.abort(new Error('enough'));
  other.controller.abort(new Error('enough'));
  await until(() => one.hasEnded && store.underWay === 0, { withinMs: WITHIN_MS, what: 'its end' });
  await until(
    async () => {
      const before = store.asked.length;
      const sinceMs = performance.now();
      await until(() => performance.now() > sinceMs + 300, { withinMs: WITHIN_MS, what: 'three times a question' });
      return store.asked.length === before;
    },
    { withinMs: WITHIN_MS, what: 'silence' },
  );
});

t.test('a watch that does not read holds nobody up, and reads on where it was', async (t) => {
  const store = new FakeStore();
  const slow = await Reader.begin(t, store);
  const [fast] = await readers(t, store, 1);
  // More than the window of all watches holds.
  for (let revision = 1; revision <= 9_000; revision += 1) store.put(`key${revision}`);
  if (fast !== undefined) await told([fast], 9_000);
  t.same(fast?.revisions, upTo(9_000));
  const asked = store.asked.length;
  slow.readAll();
  await told([slow], 9_000);
  t.same(slow.revisions, upTo(9_000), 'no gap, no duplicate');
  t.ok(store.asked.length - asked >= 5, 'it asked for itself what it had missed');
  store.put('last');
  if (fast !== undefined) await told([slow, fast], 9_001);
});

t.test('a watch that does not read until the store has forgotten ends with a line that says so', async (t) => {
  const store = new FakeStore();
  const slow = await Reader.begin(t, store);
  const [fast] = await readers(t, store, 1);
  for (let revision = 1; revision <= 30_000; revision += 1) {
    store.put(`key${revision}`);
    if (revision % 5_000 === 0 && fast !== undefined) await told([fast], revision);
  }
  slow.readAll();
  await until(() => slow.hasEnded, { withinMs: WITHIN_MS, what: 'its end' });
  t.match(
    slow.lines.map((line) => JSON.parse(line) as unknown),
    [{ code: 'REVISION_FORGOTTEN', message: /after revision 0 are not remembered/ }],
  );
  store.put('last');
  if (fast !== undefined) await told([fast], 30_001);
  t.equal(fast?.hasEnded, false, 'the others go on');
});

t.test('watches that begin at an old revision catch up by themselves, a few at a time', async (t) => {
  const store = new FakeStore();
  for (let revision = 1; revision <= 5_000; revision += 1) store.put(`key${revision}`);
  store.underWayMax = 0;
  const late = await Promise.all(upTo(40).map((revision) => Reader.begin(t, store, '', revision)));
  t.ok(store.underWayMax <= 4, `${store.underWayMax} questions at a time`);
  for (const reader of late) reader.readAll();
  await until(() => late.every(({ revisions }) => revisions.at(-1) === 5_000), {
    withinMs: WITHIN_MS,
    what: 'the end',
  });
  for (const [at, { revisions }] of late.entries()) t.same(revisions, upTo(5_000, at + 2));
  t.ok(store.underWayMax <= 5, 'and the one of all');
  store.put('new');
  await until(() => late.every(({ revisions }) => revisions.at(-1) === 5_001), { withinMs: WITHIN_MS, what: 'news' });
});

t.test('each watch hears what is under its own prefix, whoever came before', async (t) => {
  const store = new FakeStore();
  const prefixes = ['a/b/1', 'a/b/2', 'a/', '', 'b'];
  const all: Reader[] = [];
  const keys = ['a/b/1', 'a/b/2', 'a/c', 'b', 'c'];
  let revision = 0;
  for (const prefix of prefixes) {
    all.push((await Reader.begin(t, store, prefix, 0)).readAll());
    for (const key of keys) store.put(key);
    revision += keys.length;
  }
  const expected = (prefix: string): number[] =>
    upTo(revision).filter((number) => keys[(number - 1) % keys.length]?.startsWith(prefix));
  for (const [at, prefix] of prefixes.entries()) {
    const reader = all[at];
    await until(() => reader?.lines.length === expected(prefix).length, {
      withinMs: WITHIN_MS,
      what: `all of ${prefix}`,
    });
    t.same(reader?.revisions, expected(prefix), `prefix "${prefix}"`);
  }
});

t.test('what nobody watches is not asked for', async (t) => {
  const store = new FakeStore();
  for (const prefix of ['jobs/1', 'jobs/2']) (await Reader.begin(t, store, prefix)).readAll();
  const before = store.asked.length;
  await until(() => store.asked.length > before + 2, { withinMs: WITHIN_MS, what: 'some questions' });
  t.match(store.asked.at(-1), { type: 'changes', prefix: 'jobs/' });
});

t.test('an answer to a question that was asked before another prefix came is not taken for all', async (t) => {
  const store = new FakeStore();
  const one = (await Reader.begin(t, store, 'a')).readAll();
  store.hold();
  await until(() => store.underWay === 1, { withinMs: WITHIN_MS, what: 'a question about a' });
  store.release();
  const other = await Reader.begin(t, store, 'b');
  await until(() => store.underWay === 0, { withinMs: WITHIN_MS, what: 'its answer' });
  store.hold();
  other.readAll();
  await until(() => store.underWay === 1, { withinMs: WITHIN_MS, what: 'a question about both' });
  const third = Reader.begin(t, store, 'c', 0);
  store.put('a');
  store.put('b');
  store.release();
  (await third).readAll();
  store.put('c');
  await told([one, other, await third], 1);
  t.same([one.revisions, other.revisions, (await third).revisions], [[1], [2], [3]]);
});

t.test('a watch outlives a cluster without a leader, and misses nothing', async (t) => {
  const store = new FakeStore();
  const all = await readers(t, store, 20);
  store.put('before');
  await told(all, 1);
  store.failure = new WhitewaterError('TIMED_OUT', 'no leader');
  const before = store.asked.length;
  await until(() => store.asked.length > before + 3, { withinMs: WITHIN_MS, what: 'questions without an answer' });
  store.put('meanwhile');
  store.failure = undefined;
  await told(all, 2);
  for (const { revisions } of all) t.same(revisions, [1, 2]);
});

t.test('when there will be no more answers all of them end with a line that says why', async (t) => {
  const store = new FakeStore();
  const all = await readers(t, store, 20);
  store.failure = new WhitewaterError('CLIENT_CLOSED', 'this client was closed');
  await until(() => all.every(({ hasEnded }) => hasEnded), { withinMs: WITHIN_MS, what: 'all ended' });
  for (const { lines } of all)
    t.match(
      lines.map((line) => JSON.parse(line) as unknown),
      [{ code: 'CLIENT_CLOSED' }],
    );
});

t.test('a peer that has forgotten says so to those who missed something, and to nobody else', async (t) => {
  const store = new FakeStore();
  const [one] = await readers(t, store, 1);
  const ahead = (await Reader.begin(t, store, '', 7)).readAll();
  store.put('a');
  if (one !== undefined) await told([one], 1);
  // As a peer that restored a snapshot of revision 5.
  await store.machine.restore(
    (async function* () {
      yield 5;
    })(),
  );
  await until(() => one?.hasEnded, { withinMs: WITHIN_MS, what: 'the end of the one that missed some' });
  t.match(JSON.parse(one?.lines.at(-1) ?? ''), { code: 'REVISION_FORGOTTEN' });
  for (const key of ['six', 'seven', 'eight']) store.put(key);
  await told([ahead], 1);
  t.same(ahead.revisions, [8], 'a revision that the store has not reached is waited for');
});

t.test('a watch that begins beyond the store waits, and does not take the others with it', async (t) => {
  const store = new FakeStore();
  store.put('a');
  const ahead = (await Reader.begin(t, store, '', 3)).readAll();
  const now = (await Reader.begin(t, store)).readAll();
  const asked = store.asked.length;
  store.put('b');
  await told([now], 1);
  t.ok(store.asked.length - asked < 10, 'nobody asks alone');
  t.same(ahead.lines, []);
  store.put('c');
  store.put('d');
  await told([now, ahead], 1);
  await told([now], 3);
  t.same([now.revisions, ahead.revisions], [[2, 3, 4], [4]]);
});

t.test('a stream that nobody reads takes little, and ends with its reader', async (t) => {
  const store = new FakeStore();
  const controller = new AbortController();
  const watch = { client: store, prefix: '', signal: controller.signal };
  const stream = Readable.from(changeLines(watch, await changesAfter(watch, 0), 0), { objectMode: false });
  stream.read(0);
  const [fast] = await readers(t, store, 1);
  for (let revision = 1; revision <= 200; revision += 1) store.put('key', 'x'.repeat(10_000));
  if (fast !== undefined) await told([fast], 200);
  t.ok(stream.readableLength < 150_000, `${stream.readableLength} bytes wait for one that does not read`);
  controller.abort(new Error('gone'));
  stream.destroy();
  await until(() => stream.closed, { withinMs: WITHIN_MS, what: 'the end of the stream' });
});

t.test('a window tells what it holds, in parts, and says what it does not hold', async (t) => {
  const window = new ChangeWindow('k', 10);
  const change = (revision: number, value = 'x') => ({ revision, key: `k${revision % 2}`, value });
  t.same(window.after(10, 'k'), { changes: [], throughRevision: 10 });
  t.equal(window.after(9, 'k'), undefined, 'before its beginning');
  t.equal(window.after(10, ''), undefined, 'another prefix');
  window.add([change(11), change(12), change(13)], 20);
  t.same(window.after(11, 'k1'), { changes: [change(13)], throughRevision: 20 });
  t.same(window.after(25, 'k'), { changes: [], throughRevision: 25 });
  window.add(
    upTo(30, 21).map((revision) => change(revision, 'x'.repeat(20_000))),
    30,
  );
  t.match(window.after(13, 'k'), { changes: { length: 3 }, throughRevision: 23 });
  window.add([change(31, 'x'.repeat(500_000))], 31);
  t.match(window.after(30, 'k'), { changes: { length: 1 }, throughRevision: 31 }, 'one at least');
  window.add(
    upTo(6_000, 32).map((revision) => change(revision)),
    6_000,
  );
  t.equal(window.after(1_000, 'k'), undefined, 'it forgets the oldest');
  const rest = window.after(1_904, 'k');
  t.equal(rest?.changes[0]?.revision, 1_905);
  window.add(
    upTo(6_020, 6_001).map((revision) => change(revision, 'x'.repeat(400_000))),
    6_020,
  );
  t.equal(window.after(6_009, 'k'), undefined, 'however few they are');
  t.match(window.after(6_010, 'k'), { changes: [{ revision: 6_011 }] });
});

t.test('turns: so many at a time, in order, and no longer than one is patient', async (t) => {
  const turns = new Turns(1);
  const { signal } = new AbortController();
  t.equal(await turns.take(signal, 1), true);
  t.equal(await turns.take(signal, 1), false, 'out of patience');
  const leaving = new AbortController();
  const [gone, next, last] = [
    turns.take(leaving.signal, WITHIN_MS),
    turns.take(signal, WITHIN_MS),
    turns.take(signal, WITHIN_MS),
  ];
  leaving.abort();
  t.equal(await gone, false);
  turns.give();
  t.equal(await next, true);
  turns.give();
  t.equal(await last, true);
  turns.give();
  t.equal(await turns.take(leaving.signal, 1), false);
  t.equal(await turns.take(signal, 1), true);
});

t.test('watches of a real cluster outlive its leader, and end with the relay', async (t) => {
  const cluster = await StoreCluster.start(t);
  await cluster.put('a', '1');
  const texts = upTo(20).map(() => '');
  const ends = texts.map(async (_, at) => {
    const response = await fetch(`${cluster.relay.url}/api/clusters/demo/kv-watch?afterRevision=0&timeoutMs=30000`);
    t.equal(response.status, 200);
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      texts[at] = (texts[at] ?? '') + decoder.decode(chunk, { stream: true });
    }
  });
  const all = Promise.allSettled(ends);
  const heard = (line: string): Promise<unknown> =>
    until(() => texts.every((text) => text.includes(line)), { withinMs: WITHIN_MS, what: line });
  await heard('"revision":1');
  const leader = [...cluster.peers].find(([, peer]) => peer.status().role === 'leader');
  await cluster.stopPeer(leader?.[0] ?? '');
  await cluster.put('b', '2');
  await heard('"revision":2');
  for (const text of texts) {
    t.equal(text, '{"afterRevision":0}\n{"revision":1,"key":"a","value":"1"}\n{"revision":2,"key":"b","value":"2"}\n');
  }
  await cluster.relay.close();
  await all;
  for (const text of texts) t.notMatch(text, /REVISION_FORGOTTEN|INTERNAL/);
});
