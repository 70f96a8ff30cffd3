import { signal } from '@preact/signals';
import type { Action, Actions, Deed, Outcome } from '../connection/actions/Actions.ts';
import type { FeedHistory } from '../model/history/FeedHistory.ts';
import type { RecordingFacts } from '../model/history/recordingFormat.ts';
import type { Picture } from '../model/Picture.ts';
import { makeShownTime } from './shownTime.ts';
import type { Store } from './Store.ts';
import { makeView } from './view.ts';

const REFUSED: Outcome = {
  kind: 'refused',
  error: { code: 'USAGE', message: 'this is a recording: nothing can be done to it', definite: true },
};

/** Nothing can be done to what is over. */
function noActions(): Actions {
  return {
    run: () => Promise.resolve(REFUSED),
    ask: () => Promise.resolve(REFUSED),
    preview: () => undefined,
    reversal: signal(null),
    previewed: signal<Action | null>(null),
    undo: () => Promise.resolve(),
    redo: () => Promise.resolve(),
    undoable: signal<Deed | null>(null),
    redoable: signal<Deed | null>(null),
    undoTrouble: signal(null),
    done: signal<readonly Deed[]>([]),
  };
}

/**
 * A recording to be looked at: it begins at its beginning, and no socket is opened for it.
 * @param newest its last picture
 */
export function makeRecordingStore(
  history: FeedHistory,
  facts: RecordingFacts,
  newest: Picture,
): { readonly store: Store; readonly stop: () => void } {
  const { cluster } = facts;
  const { fromMs, untilMs } = history.extent.peek() ?? facts;
  const view = makeView({ kind: 'past', atMs: fromMs, speed: 1, isPlaying: false });
  const live = signal<Picture | null>(newest);
  const time = makeShownTime({ view, history, live, relayNowMs: () => untilMs, hasLive: false });
  const announced = signal('');
  const store: Store = {
    ...{ cluster, live, view, history, announced, recording: facts, client: null },
    link: signal({ state: { phase: 'live' as const }, freshAtMs: null, isStale: false }),
    retry: () => undefined,
    picture: time.picture,
    shownAtMs: time.shownAtMs,
    nowMs: time.nowMs,
    frames: time.frames,
    network: signal(null),
    may: signal('looking' as const),
    actions: noActions(),
    tours: null,
    shell: signal({ relay: 'http://127.0.0.1:7070', cluster, isOnlyCluster: true, needsToken: false }),
    announce: (text) => (announced.value = text),
    save: () => Promise.reject(new Error('this is a recording already: copy its file')),
  };
  view.side.value = null;
  return { store, stop: time.stop };
}
