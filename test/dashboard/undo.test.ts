import fc from 'fast-check';
import t from 'tap';
import { RelayClient } from '../../client/RelayClient.ts';
import type { Action, Actions, Outcome } from '../../server/dashboard/src/connection/actions/Actions.ts';
import { isAction } from '../../server/dashboard/src/connection/actions/Actions.ts';
import { makeActions } from '../../server/dashboard/src/connection/actions/makeActions.ts';
import {
  healAction,
  isolateAction,
  partitionAction,
  profileAction,
  reconnectAction,
  shapeAction,
} from '../../server/dashboard/src/connection/actions/networkActions.ts';
import { disconnectAction, processAction } from '../../server/dashboard/src/connection/actions/peerActions.ts';
import { cutAction, linkAction, removeRuleAction } from '../../server/dashboard/src/connection/actions/ruleActions.ts';
import {
  fullSpeedAction,
  settingsAction,
  SLOW_RULE,
  slowMotionAction,
} from '../../server/dashboard/src/connection/actions/settingsActions.ts';
import type { LinkFaults } from '../../server/dashboard/src/model/linkFaults.ts';
import { listenRelay } from '../../server/listen.ts';
import { WhitewaterError } from '../../shared/errors.ts';
import type { NetworkView } from '../../shared/http/Network.ts';
import { clusterId, type PeerId } from '../../shared/ids.ts';
import { FakeOwner } from '../support/FakeOwner.ts';
import { PuppetPeer } from './support/PuppetPeer.ts';
import { followerStatus, IDS, leaderStatus } from './support/statuses.ts';

const demo = clusterId('demo');
const [p1, p2, p3] = IDS as [PeerId, PeerId, PeerId];

/** Everything of it but for epoch, counters and ages. */
function essence({ profile, partition, rules }: NetworkView) {
  const { groups = [], cuts = [], absences = [], inFlight } = partition ?? {};
  return {
    profile,
    // Who is lost in which turn is drawn anew; how many steps there are, and how long, is not.
    partition: partition === null ? null : { groups, cuts, inFlight, swizzles: absences.length > 0 },
    rules: rules.map(({ name, rule, ofProfile }) => ({ name, rule, ofProfile })),
  };
}

/** A shape that draws its sides may draw others when it is asked for again. */
function withoutSides({ partition, ...rest }: ReturnType<typeof essence>): unknown {
  return { ...rest, isPartitioned: partition !== null };
}

const peer = fc.constantFrom(...IDS);
const link = fc.tuple(peer, peer).filter(([from, to]) => from !== to);
const share = fc.integer({ min: 0, max: 10 }).map((tenths) => tenths / 10);
const faults: fc.Arbitrary<LinkFaults> = fc.record(
  { drop: share, delay: fc.constantFrom('50ms', '0..200ms'), reorder: share, duplicate: share, both: fc.boolean() },
  { requiredKeys: ['drop'] },
);
const groups = fc
  .uniqueArray(peer, { minLength: 1, maxLength: 4 })
  .map((some) => [some, IDS.filter((id) => !some.includes(id))]);
const SHAPES = ['halves', 'ring', 'bridge:p3', 'one-way:p2', 'majority-minority', 'isolate-leader', 'swizzle'];

const arbitraryAction: fc.Arbitrary<Action> = fc.oneof(
  groups.map(partitionAction),
  peer.map((id) => isolateAction(id, [[id], IDS.filter((other) => other !== id)])),
  fc.constantFrom(...SHAPES).map(shapeAction),
  link.map(([from, to]) => cutAction(from, to)),
  fc.tuple(link, faults).map(([[from, to], given]) => linkAction(from, to, given)),
  faults.map((given) => linkAction('*', '*', given)),
  fc.constantFrom('wan', 'lan', 'labrpc-unreliable', 'reliable', 'flaky').map(profileAction),
  link.map(([from, to]) => removeRuleAction(`${from}-${to}`)),
  fc.constant(healAction()),
  fc.constant(reconnectAction()),
);

t.test('what is done on the page and undone leaves no trace', async (t) => {
  const owner = new FakeOwner();
  const relay = await listenRelay({ port: 0, processes: owner });
  t.teardown(() => relay.close());
  const puppets = await Promise.all(IDS.map((id) => PuppetPeer.connect(relay.url, demo, id)));
  t.teardown(() => puppets.forEach((puppet) => puppet.stop()));
  puppets.forEach((puppet, index) =>
    puppet.tell(index === 0 ? leaderStatus(3, { leader: p1 }) : followerStatus(3, p1)),
  );
  const client = new RelayClient({ url: relay.url });
  const network = client.network(demo);
  const fresh = (): Actions => makeActions({ base: new URL(relay.url), client, cluster: demo });
  const done = ({ kind }: Outcome): boolean => kind === 'done';

  await t.test('whatever is done to the network, in whatever order', async () => {
    const actions = fc.array(arbitraryAction, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(actions, async (sequence) => {
        await client.heal(demo);
        const page = fresh();
        const states = [essence(await network.view())];
        for (const action of sequence) {
          // Removing a rule that is not there is refused, and then there is nothing to undo.
          if (!done(await page.run(action))) continue;
          states.push(essence(await network.view()));
        }
        for (const state of states.slice(0, -1).toReversed()) {
          await page.undo();
          t.equal(page.undoTrouble.value, null);
          t.strictSame(essence(await network.view()), state, 'undone');
        }
        t.equal(page.undoable.value, null);
        for (const state of states.slice(1)) {
          await page.redo();
          t.strictSame(withoutSides(essence(await network.view())), withoutSides(state), 'done again');
        }
        t.equal(page.redoable.value, null);
        await page.undo();
        t.equal(page.undoTrouble.value, null, 'and undone again');
      }),
      { numRuns: 40 },
    );
  });

  await t.test('what somebody else changed since is not taken back unasked', async (t) => {
    await client.heal(demo);
    const page = fresh();
    await page.run(cutAction(p1, p2));
    await network.setRule('theirs', { from: 'p3', to: '*', drop: 1 });
    await page.undo();
    t.equal(page.undoTrouble.value?.code, 'EPOCH_DIFFERS');
    t.equal((await network.rules()).rules.length, 2, 'nothing was changed');
    await page.undo('allTheSame');
    t.equal(page.undoTrouble.value, null);
    t.strictSame((await network.rules()).rules, []);
  });

  await t.test('what somebody else changed in the midst of a movement is not taken back unasked', async (t) => {
    await client.heal(demo);
    const page = fresh();
    for (const drop of [0.4, 0.3]) await page.run(linkAction('*', '*', { drop }), { stroke: 1 });
    await network.setRule('theirs', { from: 'p3', to: '*', drop: 1 });
    for (const drop of [0.2, 0.1]) await page.run(linkAction('*', '*', { drop }), { stroke: 1 });
    await page.undo();
    t.equal(page.undoTrouble.value?.code, 'EPOCH_DIFFERS');
    t.equal((await network.rules()).rules.length, 2, 'nothing was changed');
    await page.undo('allTheSame');
    t.equal(page.undoTrouble.value, null);
    t.strictSame((await network.rules()).rules, []);
    await page.redo();
    await page.undo();
    t.equal(page.undoTrouble.value, null, 'done again, it is nobody else’s any more');
  });

  await t.test('nor what was changed between the question what is in force and the deed', async (t) => {
    const overtaken = (): Actions => {
      const view = async (): Promise<NetworkView> => {
        const seen = await network.view();
        await network.setRule('theirs', { from: 'p3', to: '*', drop: 1 });
        return seen;
      };
      const asked = { network: () => ({ view }) } as unknown as RelayClient;
      return makeActions({ base: new URL(relay.url), client: asked, cluster: demo });
    };
    for (const action of [
      profileAction('flaky'),
      cutAction(p1, p2),
      partitionAction([[p1], [p2]]),
      reconnectAction(),
    ]) {
      await client.heal(demo);
      const page = overtaken();
      t.ok(done(await page.run(action)), action.label);
      await page.undo();
      t.equal(page.undoTrouble.value?.code, 'EPOCH_DIFFERS', action.label);
      t.ok((await network.rules()).rules.some(({ name }) => name === 'theirs'));
    }
  });

  await t.test('what changed nothing raised no epoch, and is undone without a question', async (t) => {
    await client.heal(demo);
    for (const action of [healAction(), reconnectAction()]) {
      const page = fresh();
      await page.run(action);
      await page.undo();
      t.equal(page.undoTrouble.value, null, action.label);
    }
  });

  await t.test('deeds that follow at once are undone one by one', async (t) => {
    await client.heal(demo);
    const page = fresh();
    await Promise.all([page.run(cutAction(p1, p2)), page.run(cutAction(p2, p3))]);
    await page.undo();
    t.equal(page.undoTrouble.value, null);
    t.match((await network.rules()).rules, [{ name: 'p1-p2' }]);
    await page.undo();
    t.equal(page.undoTrouble.value, null);
    t.strictSame((await network.rules()).rules, []);
  });

  await t.test('one movement of a slider is one deed', async (t) => {
    await client.heal(demo);
    const page = fresh();
    await page.run(linkAction('*', '*', { drop: 0.5 }));
    for (const drop of [0.4, 0.3, 0.2]) await page.run(linkAction('*', '*', { drop }), { stroke: 1 });
    t.equal(page.done.value.length, 2);
    t.equal(page.done.value[0]?.action.label, 'All links: 20 % lost');
    await page.undo();
    t.match((await network.rules()).rules, [{ name: 'all-all', rule: { drop: 0.5 } }]);
  });

  await t.test('a new deed leaves nothing to be done again', async (t) => {
    await client.heal(demo);
    const page = fresh();
    await page.run(cutAction(p1, p2));
    await page.undo();
    t.not(page.redoable.value, null);
    await page.run(cutAction(p2, p3));
    t.equal(page.redoable.value, null);
    await page.redo();
    t.match((await network.rules()).rules, [{ name: 'p2-p3' }]);
  });

  await t.test('what nothing undoes says why, and what was refused needs no undoing', async (t) => {
    await client.heal(demo);
    const page = fresh();
    await page.run(cutAction(p1, p2));
    await page.run(disconnectAction(p3, 1));
    t.strictSame(page.done.value[0]?.inverse, { none: 'It ends by itself.' });
    t.match(await page.run(removeRuleAction('nothing')), { kind: 'refused', error: { code: 'RULE_UNKNOWN' } });
    t.equal(page.done.value[0]?.inverse, null);
    t.equal(page.undoable.value?.action.label, 'Cut p1 to p2', 'the newest that can be undone');
  });

  await t.test('processes, settings, slow motion', async (t) => {
    await client.heal(demo);
    const page = fresh();
    const processes = client.processes(demo);
    const before = await processes.view();
    for (const action of ['pause', 'resume', 'kill', 'stop'] as const) await page.run(processAction(p1, action));
    t.strictSame(
      page.done.value.map(({ inverse }) => (isAction(inverse) ? inverse.label : inverse?.none)),
      ['It did not run before either.', 'Start p1', 'Pause p1', 'Resume p1'],
    );
    await page.undo();
    await page.run(settingsAction({ checkQuorum: false }));
    t.equal((await processes.view()).settings?.checkQuorum, false);
    await page.run(slowMotionAction());
    t.match((await network.rules()).rules, [{ name: SLOW_RULE, rule: { delay: '400ms' } }]);
    t.match((await processes.view()).settings, { heartbeatMs: 500, electionTimeoutMsMax: 6000, checkQuorum: false });
    await page.run(fullSpeedAction(null));
    t.strictSame((await network.rules()).rules, []);
    for (let undone = 0; undone < 3; undone += 1) await page.undo();
    t.equal(page.undoTrouble.value, null);
    t.strictSame((await network.rules()).rules, []);
    t.strictSame((await processes.view()).settings, before.settings);
  });

  await t.test('of a deed of two requests, the half that was done is undone', async (t) => {
    await client.heal(demo);
    const page = fresh();
    const processes = client.processes(demo);
    const before = await processes.view();
    const outcome = await page.run(fullSpeedAction({ heartbeatMs: 77 }));
    t.match(outcome, {
      kind: 'refused',
      error: { code: 'RULE_UNKNOWN', message: /heartbeats of 77 ms is done.*but not/ },
    });
    t.equal((await processes.view()).settings?.heartbeatMs, 77);
    await page.undo();
    t.equal(page.undoTrouble.value, null);
    t.strictSame((await processes.view()).settings, before.settings);
    t.equal(page.undoable.value, null);
  });

  await t.test(
    'an undo of two requests that is refused puts neither back; one of which half failed goes on',
    async (t) => {
      await client.heal(demo);
      const page = fresh();
      const processes = client.processes(demo);
      const before = await processes.view();
      await page.run(slowMotionAction());
      await network.setRule('theirs', { from: 'p3', to: '*', drop: 1 });
      await page.undo();
      t.equal(page.undoTrouble.value?.code, 'EPOCH_DIFFERS');
      t.equal((await processes.view()).settings?.heartbeatMs, 500, 'the settings stay, too');
      owner.failure = new WhitewaterError('PROCESS_NOT_OWNED', 'not now');
      await page.undo('allTheSame');
      t.equal(page.undoTrouble.value?.code, 'PROCESS_NOT_OWNED');
      t.strictSame((await network.rules()).rules, []);
      await page.undo();
      t.equal(page.undoTrouble.value, null);
      t.strictSame((await processes.view()).settings, before.settings);
    },
  );
});
