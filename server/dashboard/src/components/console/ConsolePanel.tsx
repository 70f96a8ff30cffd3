import { useState } from 'preact/hooks';
import {
  appendAction,
  canBeKey,
  compareAndSetAction,
  deleteAction,
  getAction,
  listAction,
  putAction,
} from '../../connection/actions/keyActions.ts';
import type { Action } from '../../connection/actions/Actions.ts';
import { useStore } from '../../hooks/useStore.ts';
import { LookingOnly } from '../shell/LookingOnly.tsx';
import { ask, askedOf, revisionIn, UNDER_WAY_MAX } from './asked.ts';
import { AskedList } from './AskedList.tsx';
import { ClientSide } from './ClientSide.tsx';
import { ConsoleButton } from './ConsoleButton.tsx';

/** A client of the store that the cluster replicates: what it asks, and what it is told. Who may only look may read keys. */
export function ConsolePanel() {
  const { may, recording, view } = useStore();
  if (may.value === 'everything') return <Console mayWrite />;
  if (recording === null && view.mode.value.kind === 'live') return <Console mayWrite={false} />;
  return <LookingOnly what="Here one writes and reads keys" />;
}

function Console({ mayWrite }: { readonly mayWrite: boolean }) {
  const store = useStore();
  const [key, setKey] = useState('colour');
  const [value, setValue] = useState('blue');
  const [revision, setRevision] = useState(0);
  const [at, setAt] = useState('');
  const peers = store.picture.value?.peers.map(({ view }) => view.id) ?? [];
  const underWay = askedOf(store).value.filter(({ outcome }) => outcome === null).length;
  const isFree = underWay < UNDER_WAY_MAX;
  const hasKey = isFree && canBeKey(key);
  const reader = at === '' ? null : at;
  const run = async (action: Action): Promise<void> => {
    const told = revisionIn(await ask(store, action));
    if (told !== null && action.key === key) setRevision(told);
  };
  const button = (text: string, action: Action | null, title: string) => (
    <ConsoleButton {...{ text, action, title }} onAsk={(asked) => void run(asked)} />
  );
  return (
    <section class="card console" aria-labelledby="console-title">
      <h2 id="console-title">Console</h2>
      <form class="console-fields" onSubmit={(event) => event.preventDefault()}>
        <label>
          Key <input type="text" value={key} maxLength={1024} onInput={(event) => setKey(event.currentTarget.value)} />
        </label>
        {mayWrite && (
          <>
            <label>
              Value <input type="text" value={value} onInput={(event) => setValue(event.currentTarget.value)} />
            </label>
            <label>
              Revision, for cas{' '}
              <input
                type="number"
                min={0}
                value={revision}
                onInput={({ currentTarget: { valueAsNumber } }) => {
                  if (valueAsNumber >= 0) setRevision(Math.round(valueAsNumber));
                }}
              />
            </label>
          </>
        )}
        <label>
          Reads at{' '}
          <select value={at} onChange={({ currentTarget }) => setAt(currentTarget.value)}>
            <option value="">the leader, newest</option>
            {peers.map((id) => (
              <option key={id} value={id}>
                {id}, perhaps old
              </option>
            ))}
          </select>
        </label>
        {mayWrite && <ClientSide />}
      </form>
      <div class="row">
        {button('Get', hasKey ? getAction(key, reader) : null, 'The value of the key')}
        {mayWrite && (
          <>
            {button('Put', hasKey ? putAction(key, value) : null, 'Writes the value')}
            {button('Append', hasKey ? appendAction(key, value) : null, 'Adds to the end of the value')}
            {button(
              'Cas',
              hasKey ? compareAndSetAction(key, value, revision) : null,
              'Writes if the key still has the revision; 0: if it is not there',
            )}
            {button('Delete', hasKey ? deleteAction(key) : null, 'Deletes the key')}
          </>
        )}
        {button('List', isFree ? listAction('', reader) : null, 'All keys, up to a hundred')}
      </div>
      {!isFree && <p class="hint">{UNDER_WAY_MAX} are under way: more wait for an answer.</p>}
      {store.may.value === 'looking' && <p class="hint">Your token may read keys, and write none.</p>}
      <AskedList />
    </section>
  );
}
