import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { useDerived } from '../hooks/useDerived.ts';
import { useKeys } from '../hooks/useKeys.ts';
import { useStore } from '../hooks/useStore.ts';
import { Announcer } from './shell/Announcer.tsx';
import { DraftKeeper } from './shell/DraftKeeper.tsx';
import { PanelPlace } from './shell/PanelPlace.tsx';
import { PhoneMore, type PhonePlace, PhoneTabs } from './shell/PhoneTabs.tsx';
import { ShellPanel } from './shell/ShellPanel.tsx';
import { Stage } from './shell/Stage.tsx';
import { TimeBar } from './shell/TimeBar.tsx';
import { TourPlace } from './tours/TourPlace.tsx';

/** One cluster, live or past: the ring, the panels beside and below it, time, and the commands of what is done. */
export function ClusterPage() {
  const store = useStore();
  const { link, view } = store;
  const phone = useSignal<PhonePlace>('ring');
  useKeys(store);

  useEffect(() => {
    document.documentElement.dataset['look'] = view.look.value;
    return () => delete document.documentElement.dataset['look'];
  }, [view.look.value]);

  useEffect(() => {
    // A question is answered by the panel Why, which a phone shows alone.
    if (view.selected.value?.kind === 'question' && phone.peek() !== 'ring') phone.value = 'side';
  }, [view.selected.value]);

  const hasTour = useDerived(() => view.tour.value !== null, [view]);
  useEffect(() => {
    // It is about the ring, and its card stands there.
    if (hasTour) phone.value = 'ring';
  }, [hasTour]);

  const isOld = useDerived(() => view.mode.value.kind === 'live' && link.value.isStale, [view, link]);
  const kind = useDerived(() => view.mode.value.kind, [view]);
  return (
    <div
      class="cluster"
      data-stale={isOld}
      data-mode={kind}
      data-side={view.side.value !== null}
      data-phone={phone.value}
    >
      <Announcer />
      <DraftKeeper />
      <Stage />
      <TourPlace />
      <PanelPlace place="side" />
      <PanelPlace place="below" />
      <TimeBar />
      <ShellPanel />
      <PhoneMore place={phone} />
      <PhoneTabs place={phone} />
    </div>
  );
}
