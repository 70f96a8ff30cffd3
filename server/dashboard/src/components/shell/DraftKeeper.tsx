import { useEffect } from 'preact/hooks';
import { useDerived } from '../../hooks/useDerived.ts';
import { useStore } from '../../hooks/useStore.ts';
import { groupsInForce, groupsText } from '../../model/groups.ts';

/** Forgets a partition that is being put together when the network has changed under it, by its own doing or by somebody else's. */
export function DraftKeeper() {
  const { picture, view } = useStore();
  const inForce = useDerived(() => {
    const now = picture.value;
    if (now === null) return '';
    const ids = now.peers.map((peer) => peer.view.id);
    return groupsText(groupsInForce(now.partition, ids));
  }, [picture]);
  useEffect(() => {
    view.draft.value = null;
  }, [view, inForce]);
  return null;
}
