import { useEffect, useState } from 'preact/hooks';
import { linkName } from '../../../../../client/Network.ts';
import { cutAction, linkAction, releaseAction, removeRuleAction } from '../../connection/actions/ruleActions.ts';
import { useStore } from '../../hooks/useStore.ts';
import { useStroke } from '../../hooks/useStroke.ts';
import { delayMsOf, faultsOf, type LinkFaults, rulesOf } from '../../model/linkFaults.ts';
import { ActionButton } from '../ActionButton.tsx';
import { FaultSlider } from './FaultSlider.tsx';

const DELAY_MS_MAX = 2000;

interface LinkControlsProps {
  /** An id, or `*`. */
  readonly from: string;
  readonly to: string;
}

/** Loss, delay, disorder and doubles of one direction of a link, or of all links; scissors, and what mends. */
export function LinkControls({ from, to }: LinkControlsProps) {
  const { network } = useStore();
  const stroke = useStroke();
  const name = linkName(from, to);
  const rule = rulesOf(network.value).find((known) => known.name === name);
  const inForce = rule === undefined ? {} : faultsOf(rule.rule);
  /** What the hand has just said, until the relay has it. */
  const [said, setSaid] = useState<LinkFaults | null>(null);
  useEffect(() => setSaid(null), [network.value]);
  const faults = said ?? inForce;
  const say = (changes: LinkFaults): void => {
    const next = { ...faults, ...changes };
    setSaid(next);
    stroke.move(linkAction(from, to, next));
  };
  const share = (key: 'drop' | 'reorder' | 'duplicate', text: string) => (
    <FaultSlider
      {...{ text, max: 100 }}
      value={Math.round((faults[key] ?? 0) * 100)}
      says={`${Math.round((faults[key] ?? 0) * 100)} %`}
      onMove={(value) => say({ [key]: value / 100 })}
      onEnd={stroke.end}
    />
  );
  const delayMs = delayMsOf(faults.delay);
  return (
    <div class="link-controls">
      {share('drop', 'Lost')}
      <FaultSlider
        {...{ text: 'Delayed', max: DELAY_MS_MAX, step: 10 }}
        value={delayMs ?? 0}
        says={delayMs === null ? (faults.delay ?? '') : `${delayMs} ms`}
        onMove={(value) => say({ delay: `${value}ms` })}
        onEnd={stroke.end}
      />
      {share('reorder', 'Out of order')}
      {share('duplicate', 'Twice')}
      <div class="row">
        <ActionButton class="small" action={cutAction(from, to, { faults: inForce })} title="Nothing passes any more">
          Cut
        </ActionButton>
        {from !== '*' && to !== '*' && (
          <ActionButton
            class="small"
            action={cutAction(from, to, { both: true, faults: inForce })}
            title="Nothing passes in either direction"
          >
            Cut both ways
          </ActionButton>
        )}
        <ActionButton
          class="small"
          action={linkAction(from, to, { ...inForce, hold: true })}
          title="Frames wait until they are released"
        >
          Hold
        </ActionButton>
        <ActionButton
          class="small"
          action={inForce.hold === true ? releaseAction(name) : null}
          title={inForce.hold === true ? 'What is held goes; what comes is held' : 'Nothing is held here'}
        >
          Release
        </ActionButton>
        <ActionButton
          class="small"
          action={rule === undefined ? null : removeRuleAction(name)}
          title={rule === undefined ? 'No rule of this link is in force' : `Rule ${name} goes`}
        >
          Mend
        </ActionButton>
      </div>
    </div>
  );
}
