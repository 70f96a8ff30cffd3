import { useState } from 'preact/hooks';
import { profileAction } from '../../connection/actions/networkActions.ts';
import { useStore } from '../../hooks/useStore.ts';
import { rulesOf } from '../../model/linkFaults.ts';
import type { Picture } from '../../model/Picture.ts';
import { LinkControls } from './LinkControls.tsx';
import { Part } from './Part.tsx';
import { ActionButton } from '../ActionButton.tsx';
import { RulesInForce } from './RulesInForce.tsx';

/** As the relay has them; the list itself would bring its schema along. */
const PROFILES = ['reliable', 'lan', 'wan', 'flaky', 'labrpc-unreliable', 'labrpc-long-reordering'];

/** Faults of links, one or all, and the kind of network. */
export function NetworkPart({ picture }: { readonly picture: Picture }) {
  const { network } = useStore();
  const [from, setFrom] = useState('*');
  const [to, setTo] = useState('*');
  const rules = rulesOf(network.value);
  const ids = picture.peers.map(({ view }) => view.id);
  const { profile } = picture.faults;
  const says = [
    ...(profile === 'reliable' ? [] : [profile]),
    ...(rules.length === 0 ? [] : [`rules: ${rules.length}`]),
  ];
  return (
    <Part title="Links and faults" says={says.join(', ') || 'whole'}>
      <div class="row fields">
        <EndChoice text="From" {...{ ids }} value={from} onChoose={setFrom} />
        <EndChoice text="to" {...{ ids }} value={to} onChoose={setTo} />
      </div>
      {from === to && from !== '*' ? (
        <p class="hint">Choose two that differ.</p>
      ) : (
        <LinkControls key={`${from} ${to}`} {...{ from, to }} />
      )}
      <div class="row fields" role="group" aria-label="Kind of network">
        {PROFILES.map((name) => (
          <ActionButton
            key={name}
            class={`small${name === profile ? ' primary' : ''}`}
            action={profileAction(name)}
            title={name === profile ? 'In force now' : 'In place of the kind of network in force; rules stay'}
          >
            {name}
          </ActionButton>
        ))}
      </div>
      <RulesInForce />
    </Part>
  );
}

interface EndChoiceProps {
  readonly text: string;
  readonly ids: readonly string[];
  readonly value: string;
  readonly onChoose: (id: string) => void;
}

function EndChoice({ text, ids, value, onChoose }: EndChoiceProps) {
  return (
    <label>
      {text}{' '}
      <select value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        <option value="*">everybody</option>
        {ids.map((id) => (
          <option key={id} value={id}>
            {id}
          </option>
        ))}
      </select>
    </label>
  );
}
