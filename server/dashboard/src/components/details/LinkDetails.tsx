import type { RuleView } from '../../../../../shared/http/Network.ts';
import type { PeerId } from '../../../../../shared/ids.ts';
import { useNow } from '../../hooks/useNow.ts';
import { usePartition } from '../../hooks/usePartition.ts';
import { useQueues } from '../../hooks/useQueues.ts';
import { useStore } from '../../hooks/useStore.ts';
import { rulesOn } from '../../model/frames/rulesOn.ts';
import { isCut, isLinkCut } from '../../model/groups.ts';
import { linkKey, rateAt, SILENT } from '../../model/linkRate.ts';
import type { Picture } from '../../model/Picture.ts';
import { LinkControls } from '../break/LinkControls.tsx';
import { Json } from './Json.tsx';
import { NewestFrames } from './NewestFrames.tsx';
import { SelectButton } from './SelectButton.tsx';

interface LinkDetailsProps {
  readonly picture: Picture;
  readonly from: PeerId;
  readonly to: PeerId;
}

/** One direction of a link: whether frames pass, how many, what waits, and the newest of them. */
export function LinkDetails({ picture, from, to }: LinkDetailsProps) {
  const { network, may } = useStore();
  const nowMs = useNow(500);
  const { inForce } = usePartition();
  const queue = useQueues().find((known) => known.from === from && known.to === to);
  const rate = rateAt(picture.links.get(linkKey(from, to)) ?? SILENT, nowMs);
  const cut = isCut(inForce, from, to) || isLinkCut(picture.partition, from, to);
  const rules = rulesOn(network.value?.rules ?? [], picture, from, to);
  return (
    <>
      <h3>
        {from} to {to}
      </h3>
      <dl class="facts">
        <dt>State</dt>
        <dd class={cut ? 'is-cut' : ''}>{cut ? 'cut by the partition: nothing passes' : 'open'}</dd>
        <dt>Frames</dt>
        <dd class="numbers">
          {Math.round(rate.deliveredPerSecond)}/s delivered, {Math.round(rate.droppedPerSecond)}/s dropped
        </dd>
        <dt>Waiting</dt>
        <dd class="numbers">
          {queue?.delayed ?? 0} delayed, {queue?.held ?? 0} held
        </dd>
        <dt>Rules</dt>
        <dd>{rulesText(rules, network.value !== null)}</dd>
      </dl>
      <div class="row">
        <SelectButton selection={{ kind: 'link', from: to, to: from }} text="The other direction" />
        <SelectButton selection={{ kind: 'peer', id: from }} />
        <SelectButton selection={{ kind: 'peer', id: to }} />
      </div>
      {may.value === 'everything' && <LinkControls key={linkKey(from, to)} {...{ from, to }} />}
      <NewestFrames sort={linkKey(from, to)} isMeant={(sample) => sample.from === from && sample.to === to} />
      <Rules rules={rules} />
    </>
  );
}

function rulesText(rules: readonly RuleView[], isKnown: boolean): string {
  if (!isKnown) return 'not told of the past';
  if (rules.length === 0) return 'none that means this link';
  return rules.map(({ name, matched }) => `${name} (${matched} frames so far)`).join(', ');
}

function Rules({ rules }: { readonly rules: readonly RuleView[] }) {
  if (rules.length === 0) return null;
  const text = JSON.stringify(Object.fromEntries(rules.map(({ name, rule }) => [name, rule])), null, 2);
  return <Json title={rules.length === 1 ? 'The rule' : 'The rules'} text={text} isOpen={false} />;
}
