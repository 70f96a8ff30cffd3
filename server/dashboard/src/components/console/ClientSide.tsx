import type { PeerId } from '../../../../../shared/ids.ts';
import { clientSideAction } from '../../connection/actions/networkActions.ts';
import { usePartition } from '../../hooks/usePartition.ts';
import { useStore } from '../../hooks/useStore.ts';
import { groupName } from '../../model/groups.ts';

/** The relay's own client, by which HTTP and this console ask. */
const CLIENT = 'http' as PeerId;

/** On which side of a partition the console stands: on all of them, unless the partition names it. */
export function ClientSide() {
  const { picture, network, actions } = useStore();
  const { inForce } = usePartition();
  const partition = picture.value?.partition ?? null;
  if (inForce.length < 2 || partition === null) return null;
  const side = inForce.findIndex((group) =>
    partition.groups.some((named) => named.includes(CLIENT) && group.some((id) => named.includes(id))),
  );
  const choose = (text: string): void => {
    const chosen = Number(text);
    const known = network.peek();
    if (known === null) return;
    const groups = inForce.map((group, index) => (index === chosen ? [...group, CLIENT] : group));
    const words = chosen === -1 ? 'on all sides' : `on side ${groupName(chosen)}`;
    void actions.run(clientSideAction(known, groups, CLIENT, words));
  };
  return (
    <>
      <label>
        Asks as one of{' '}
        <select value={String(side)} onChange={({ currentTarget }) => choose(currentTarget.value)}>
          <option value="-1">all sides</option>
          {inForce.map((group, index) => (
            <option key={index} value={String(index)}>
              {groupName(index)}: {group.join(' ')}
            </option>
          ))}
        </select>
      </label>
      {side !== -1 && (
        <p class="hint">
          A client's first write, and its first after an idle minute, opens a session before, which takes a majority. To
          see a write that stands in one log and is lost, write once on the whole network first.
        </p>
      )}
    </>
  );
}
