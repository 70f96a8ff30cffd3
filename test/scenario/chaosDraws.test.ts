import { PassThrough } from 'node:stream';
import t, { type Test } from 'tap';
import { WebSocket } from 'ws';
import { drawRound } from '../../cli/chaos/drawUpsets.ts';
import { performChaos } from '../../cli/chaos/runChaos.ts';
import { LEFT_OUT, type Upset } from '../../cli/chaos/Upset.ts';
import { chaosCommand } from '../../cli/commands/chaos.ts';
import { ruleText } from '../../cli/network/ruleText.ts';
import { openStage } from '../../cli/scenario/openStage.ts';
import { Scene } from '../../cli/scenario/Scene.ts';
import type { Stage } from '../../client/scenario/Stage.ts';
import { Timeline } from '../../cli/scenario/Timeline.ts';
import { Settings } from '../../cli/settings/Settings.ts';
import { Network } from '../../client/Network.ts';
import { RelayClient } from '../../client/RelayClient.ts';
import { KeyValueMachine } from '../../peer/machine/keyValue/KeyValueMachine.ts';
import { Peer } from '../../peer/Peer.ts';
import { checkRule } from '../../server/faults/checkRule.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import { ORPHANS, type NetworkView } from '../../shared/http/Network.ts';
import { FAULTS, Rule } from '../../shared/http/Rule.ts';
import { Compile } from '../../shared/schema.ts';
import { FaultStage } from '../server/support/FaultStage.ts';
import { TestRelay } from '../server/support/relay.ts';
import { until } from '../support/until.ts';

const PEERS = ['p1', 'p2', 'p3'];
const ROUNDS = 60;

interface Asked {
  readonly text: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

function upsets(seed: string, rounds: number): Upset[] {
  return Array.from({ length: rounds }, (_, at) => drawRound(seed, at + 1, PEERS, false).upsets)
    .flat()
    .map(({ upset }) => upset);
}

/** What each of them asks of the network. */
async function asked(seed: string, rounds: number): Promise<Asked[]> {
  const all: Asked[] = [];
  for (const upset of upsets(seed, rounds)) {
    const note = (method: string) => async (args: readonly unknown[]) =>
      void all.push({ text: upset.text, method, args });
    const network = new Proxy(
      {},
      {
        get:
          (_, method) =>
          (...args: unknown[]) =>
            note(String(method))(args),
      },
    );
    await upset.run({ network, peers: PEERS } as unknown as Stage);
  }
  return all;
}

t.test('rules of every kind are drawn, each of them legal', async (t) => {
  const rules = (await asked('rules', ROUNDS))
    .filter(({ method }) => method === 'rule')
    .map(({ args }) => args[1] as Rule);
  const schema = Compile(Rule);
  for (const rule of rules) {
    t.doesNotThrow(() => checkRule(rule, '/rules/drawn'), JSON.stringify(rule));
    t.ok(schema.Check(rule) && rule.ttlMs !== undefined, `${JSON.stringify(rule)} ends by itself`);
  }
  const keys = new Set(rules.flatMap((rule) => Object.keys(rule)));
  for (const key of [...FAULTS, 'both', 'types', 'flap', 'startAfterMs', 'skip', 'every', 'first', 'probability'])
    t.ok(keys.has(key), key);
  const isWhole = ({ skip, every, first }: Rule): boolean => ![skip, every, first].includes(undefined);
  t.ok(rules.some(isWhole), 'some by all three numbers');
  t.ok(
    rules.some(({ accept, every }) => accept !== undefined && every !== undefined),
    'each so manyth connection',
  );
});

/** @returns the texts of those that asked so, one at least */
function textsOf(all: readonly Asked[], method: string, is: (options: Readonly<Record<string, unknown>>) => boolean) {
  const found = all.filter((one) => one.method === method && is((one.args.at(-1) ?? {}) as Record<string, unknown>));
  if (found.length === 0) throw new Error(`no ${method} of this kind was drawn`);
  return found.map(({ text }) => text);
}

t.test('frames are let go by hand in every way, and rules removed; the timeline has words for it', async (t) => {
  const all = await asked('releases', ROUNDS);
  const words = (method: string, is: Parameters<typeof textsOf>[2], expected: RegExp): void => {
    for (const text of textsOf(all, method, is)) t.match(text, expected);
  };
  words('release', ({ order }) => order === 'inOrder', /^release .* of what chaos\d holds, in order$/);
  words('release', ({ order }) => order === 'shuffled', /^release .* of what chaos\d holds, shuffled$/);
  words('release', ({ first }) => first === undefined, /^release all of /);
  words('release', ({ first }) => first === 1, /^release the oldest of /);
  words('release', ({ first }) => (first as number) > 1, /^release the oldest \d+ of /);
  for (const frames of ORPHANS)
    words('removeRule', (options) => options['frames'] === frames, /^remove rule chaos\d, its frames \w/);
  const told = new Set(
    ORPHANS.map((frames) => textsOf(all, 'removeRule', (one) => one['frames'] === frames)[0]?.slice(20)),
  );
  t.equal(told.size, ORPHANS.length, 'each in words of its own');
  const delivered = /, frames on their way are delivered$/;
  words('partition', ({ inFlight }) => inFlight === 'delivered', delivered);
  for (const text of textsOf(all, 'partition', ({ inFlight }) => inFlight === undefined)) t.notMatch(text, delivered);
});

/** No partition, no rules, and nothing that waits. */
const WHOLE = { partition: null, profile: { name: 'reliable' }, rules: [], delayed: 0, held: 0 };

t.test('a relay takes all that is drawn, or says that a rule has ended or a peer is away', async (t) => {
  const { relay, peers } = await FaultStage.start(t);
  const client = new RelayClient({ url: relay.url });
  const network = new Network(client, 'demo');
  const done = new Set<string>();
  for (const [at, upset] of upsets('relay', 12).entries()) {
    const sender = peers[at % peers.length];
    if (sender?.webSocket.readyState === WebSocket.OPEN)
      sender.send('RequestVote', PEERS[(at + 1) % PEERS.length] ?? '', at);
    try {
      await upset.run({ client, network, peers: PEERS } as unknown as Stage);
      done.add(upset.kind);
    } catch (error) {
      if (!(error instanceof WhitewaterError) || !LEFT_OUT.has(error.code)) throw error;
    }
  }
  t.same([...done].sort(), ['accept', 'disconnect', 'partition', 'profile', 'release', 'removal', 'rule']);
  await network.heal();
  t.match(await network.faults(), WHOLE);
});

/** A relay and three peers of the store, all in this process. */
async function cluster(t: Test): Promise<string> {
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
  return relay.url;
}

async function openScene(url: string, seed: string, timeline: Timeline): Promise<Scene> {
  const access = { url, token: undefined };
  const stage = await until(
    () => openStage({ ...access, cluster: 'demo', peers: PEERS, seed, own: undefined }).catch(() => undefined),
    { withinMs: 20_000, what: 'peers that are connected' },
  );
  return new Scene(stage, undefined, access, timeline);
}

for (const [name, isInterrupted] of [
  ['its time is over', false],
  ['it is interrupted', true],
] as const) {
  t.test(`a run leaves a network that is whole when ${name}`, async (t) => {
    const url = await cluster(t);
    const timeline = new Timeline(undefined);
    const scene = await openScene(url, '7', timeline);
    const { network } = scene.stage;
    const interrupted = new AbortController();
    const settings = new Settings(chaosCommand.settings, {
      ...{ flags: new Map([['json', 'true']]), environment: {}, file: undefined },
    });
    const stdout = new PassThrough().resume();
    const running = performChaos({ settings, args: [], stdout, stderr: stdout } as never, {
      ...{ scene, timeline, seed: '7', durationMs: isInterrupted ? 60_000 : 4_000, interrupted: interrupted.signal },
    });
    const isBroken = ({ partition, rules, profile }: NetworkView): boolean =>
      partition !== null || rules.length > 0 || profile.name !== 'reliable';
    await until(async () => isBroken(await network.faults()), { withinMs: 20_000, what: 'a fault' });
    if (isInterrupted) interrupted.abort();
    t.equal(await running, isInterrupted ? 130 : 0, JSON.stringify(timeline.entries.slice(-3)));
    await scene.close();
    t.match(await network.faults(), WHOLE);
    const refused = (await network.view()).peers.filter(({ refusedForMs }) => refusedForMs !== null);
    t.same(refused, []);
  });
}

t.test('the timeline counts as people do', async (t) => {
  const text = (every: number): string => ruleText({ from: '*', to: '*', drop: 1, every });
  t.same(
    [1, 2, 3, 4, 11, 12, 13, 21, 22].map((every) => text(every).split(', ')[1]),
    ['1st', '2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd'].map((ordinal) => `each ${ordinal}`),
  );
});
