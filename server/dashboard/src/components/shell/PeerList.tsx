import { captionOf, shownRoleOf } from '../../model/describePeer.ts';
import type { Picture } from '../../model/Picture.ts';
import { crownOf } from '../../model/crown.ts';
import { CrownIcon } from '../CrownIcon.tsx';
import { RoleIcon } from '../RoleIcon.tsx';

/** What the ring has no room to write on a phone; elsewhere it is not shown. */
export function PeerList({ picture, nowMs }: { readonly picture: Picture; readonly nowMs: number }) {
  return (
    <ul class="peer-list" aria-label="Peers">
      {picture.peers.map((peer) => {
        const crown = crownOf(peer);
        return (
          <li key={peer.view.id} data-connected={peer.view.connected}>
            {crown === null ? <RoleIcon role={shownRoleOf(peer)} /> : <CrownIcon kind={crown} size={16} />}
            <b>{peer.view.id}</b> <span>{captionOf(peer, nowMs).join(', ')}</span>
          </li>
        );
      })}
    </ul>
  );
}
