import { computed, type ReadonlySignal, signal } from '@preact/signals';
import type { RelayClient } from '../../../../client/RelayClient.ts';
import type { ClusterId } from '../../../../shared/ids.ts';
import { makeActions } from '../connection/actions/makeActions.ts';
import { browserFeed } from '../connection/browserFeed.ts';
import { pageParts } from '../connection/pageParts.ts';
import type { Rights, Session } from '../connection/session.ts';
import type { ShellContext } from '../connection/shell.ts';
import { recordingName, writeRecording } from '../model/history/recording.ts';
import { follow } from './follow.ts';
import { followNetwork } from './followNetwork.ts';
import { makeHistory } from './makeHistory.ts';
import { makeShownTime } from './shownTime.ts';
import type { Store } from './Store.ts';
import { makeTours } from './tours/makeTours.ts';
import { makeView } from './view.ts';

export interface StoreOptions {
  readonly base: URL;
  readonly client: RelayClient;
  readonly cluster: ClusterId;
  readonly session: ReadonlySignal<Session | null>;
  readonly rights: ReadonlySignal<Rights>;
  readonly isOnlyCluster: ReadonlySignal<boolean>;
}

/** Follows a cluster until it is stopped. */
export function makeStore(options: StoreOptions): { readonly store: Store; readonly stop: () => void } {
  const { base, client, cluster, session, rights, isOnlyCluster } = options;
  const view = makeView();
  const history = makeHistory();
  const following = follow(browserFeed(base, client, cluster), history, (frames) => time.cameLive(frames));
  const { live, link, clock, retry } = following;
  const relayNowMs = (): number => clock.timeAt(performance.now());
  const time = makeShownTime({ view, history, live, relayNowMs, hasLive: true });
  const { network, stop: stopNetwork } = followNetwork(live, link, () => client.network(cluster).view());
  const announced = signal('');
  const isLive = computed(() => view.mode.value.kind === 'live');
  const relay = base.href.replace(/\/$/, '');
  const actions = makeActions({ base, client, cluster });
  const store: Store = {
    ...{ cluster, live, link, retry, view, history, client, announced },
    picture: time.picture,
    shownAtMs: time.shownAtMs,
    nowMs: time.nowMs,
    frames: time.frames,
    network: computed(() => (isLive.value ? network.value : null)),
    may: computed(() => (isLive.value ? rights.value : 'looking')),
    actions,
    tours: makeTours({ base, view, client, cluster, run: (action) => actions.run(action) }),
    shell: computed<ShellContext>(() => ({
      ...{ relay, cluster },
      isOnlyCluster: isOnlyCluster.value,
      needsToken: session.value?.locked ?? false,
    })),
    announce: (text) => (announced.value = text),
    recording: null,
    save: async () => {
      const savedAtMs = Date.now();
      const file = await writeRecording(history, { cluster, savedAtMs }, await pageParts(base));
      return { name: recordingName(cluster, savedAtMs), file };
    },
  };
  const stop = (): void => {
    time.stop();
    stopNetwork();
    following.stop();
  };
  return { store, stop };
}
