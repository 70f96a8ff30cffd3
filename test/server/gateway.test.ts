import t, { type Test } from 'tap';
import { Gateway, REQUESTS_MAX, WATCHES_MAX } from '../../server/gateway/Gateway.ts';
import type { Connection } from '../../server/hub/Connection.ts';
import { Hub } from '../../server/hub/Hub.ts';
import { resolveOptions } from '../../server/options.ts';
import { clusterId, peerId } from '../../shared/ids.ts';
import { until } from '../support/until.ts';
import { WITHIN_MS } from './support/TestPeer.ts';

const demo = clusterId('demo');

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** A hub with one peer that hears and says nothing. */
function hubOfOne(t: Test): Hub {
  const hub = new Hub(resolveOptions({}));
  const peer: Connection = {
    id: 'c',
    identity: { cluster: demo, id: peerId('p1'), isEphemeral: false, remoteAddress: 'nowhere' },
    offer: () => true,
    timeOut: () => true,
    closeWith: () => undefined,
    cut: () => undefined,
    discard: () => undefined,
  };
  hub.admit(peer, { instance: 'i' });
  t.teardown(() => hub.stop());
  return hub;
}

t.test('it leaves a cluster where nobody needs it, and comes back', async (t) => {
  const hub = hubOfOne(t);
  const gateway = new Gateway(hub, { unusedMsMax: 20, lookEveryMs: 5 });
  t.teardown(() => gateway.stop());
  const isThere = (): boolean => hub.cluster(demo).roster.get('http')?.connection !== undefined;
  for (const time of ['once', 'again']) {
    const done = deferred();
    const request = gateway.request(demo, () => done.promise);
    await until(isThere, { withinMs: WITHIN_MS, what: `it has come ${time}` });
    // It is in use for longer than it may be unused.
    const beganAtMs = performance.now();
    await until(() => performance.now() > beganAtMs + 60, { withinMs: WITHIN_MS, what: 'time passes' });
    t.ok(isThere(), 'it stays while it is in use');
    done.resolve();
    await request;
    await until(() => !isThere(), { withinMs: WITHIN_MS, what: `it has gone ${time}` });
  }
});

t.test('requests and watches have a bound', async (t) => {
  const gateway = new Gateway(hubOfOne(t));
  t.teardown(() => gateway.stop());
  const done = deferred();
  const requests = Array.from({ length: REQUESTS_MAX }, () => gateway.request(demo, () => done.promise));
  await t.rejects(
    gateway.request(demo, () => done.promise),
    { code: 'OVERLOADED', definite: true },
  );
  const watches = Array.from({ length: WATCHES_MAX }, () => gateway.watch(demo));
  t.throws(() => gateway.watch(demo), { code: 'RELAY_FULL' });
  for (const { end } of watches) end();
  watches[0]?.end();
  gateway.watch(demo).end();
  done.resolve();
  await Promise.all(requests);
  await gateway.request(demo, () => done.promise);
  await t.rejects(
    gateway.request(clusterId('none'), () => done.promise),
    { code: 'CLUSTER_UNKNOWN' },
  );
});
