import { useStore } from '../../hooks/useStore.ts';
import { changesBetween } from '../../model/frames/changes.ts';
import { fateWords, strikeWords } from '../../model/frames/fateWords.ts';
import { meaningOf } from '../../model/frames/sayings.ts';
import { clockText, durationText } from '../../model/words.ts';
import { FrameBody } from './FrameBody.tsx';
import { FrameButton } from './FrameButton.tsx';
import { SelectButton } from './SelectButton.tsx';
import { select } from './select.ts';
import { type FrameStory, useFrameStory } from './useFrameStory.ts';

/** One frame: what it says, its fate, its cause, what it changed, and its JSON. */
export function FrameDetails({ seq }: { readonly seq: number }) {
  const story = useFrameStory(seq);
  if (story.phase === 'looking') return <p class="muted">Looking for frame {seq}.</p>;
  if (story.phase === 'notKept') {
    return (
      <p class="hint">
        Frame {seq} is not among those that this page keeps: the feed tells some frames of each link, of the last ten
        minutes. The relay's journal may have its fate.
      </p>
    );
  }
  return <Known story={story.story} />;
}

function Known({ story }: { readonly story: FrameStory }) {
  const { sample } = story.seen;
  const meaning = meaningOf(sample);
  return (
    <>
      <h3>
        {sample.type} <span class="muted">number {sample.seq}</span>
      </h3>
      {meaning !== null && <p>{meaning}</p>}
      <dl class="facts">
        <dt>From, to</dt>
        <dd class="row">
          <SelectButton selection={{ kind: 'peer', id: sample.from }} />
          <SelectButton selection={{ kind: 'peer', id: sample.to }} />
          <SelectButton selection={{ kind: 'link', from: sample.from, to: sample.to }} />
        </dd>
        <dt>Judged</dt>
        <dd class="numbers">
          {clockText(sample.timeMs)}, {sample.bytes} bytes
        </dd>
        <dt>Fate</dt>
        <dd class={sample.fate === 'dropped' ? 'is-cut' : ''}>
          {fateWords(story.seen).map((words, index) => (
            <div key={index}>{words}</div>
          ))}
          {(sample.strikes ?? []).length > 0 && (
            <div class="muted">struck by: {strikeWords(sample.strikes ?? []).join(', ')}</div>
          )}
        </dd>
      </dl>
      <Cause story={story} />
      <Effect story={story} />
      <Neighbours story={story} />
      <FrameBody sample={sample} />
    </>
  );
}

function Cause({ story: { seen, request } }: { readonly story: FrameStory }) {
  const { sample } = seen;
  if (request !== null) {
    return (
      <section class="detail-part">
        <h4>Its cause</h4>
        <FrameButton seen={request} label="answers" />
      </section>
    );
  }
  const { inReplyTo } = sample.gist ?? {};
  const words =
    inReplyTo === undefined
      ? `${sample.from} sent it of its own accord: nothing that it answers.`
      : `It answers ${sample.to}'s frame ${inReplyTo}, which is not among those that were told.`;
  return (
    <section class="detail-part">
      <h4>Its cause</h4>
      <p>{words}</p>
    </section>
  );
}

/** The next status after its arrival. What else happened in between may have made the difference, and the words say so. */
function Effect({ story }: { readonly story: FrameStory }) {
  const { reply, arrivedAtMs, around, seen } = story;
  return (
    <section class="detail-part">
      <h4>What it changed</h4>
      {reply !== null && <FrameButton seen={reply} label="was answered by" />}
      {arrivedAtMs === null ? (
        <p>{seen.sample.fate === 'dropped' ? 'Nothing: it never arrived.' : 'Nothing so far: no copy has arrived.'}</p>
      ) : (
        <Changes around={around} arrivedAtMs={arrivedAtMs} receiver={seen.sample.to} />
      )}
    </section>
  );
}

interface ChangesProps {
  readonly around: FrameStory['around'];
  readonly arrivedAtMs: number;
  readonly receiver: string;
}

function Changes({ around: { before, after }, arrivedAtMs, receiver }: ChangesProps) {
  if (before === null) return <p class="muted">No status of {receiver} from before its arrival is kept.</p>;
  if (after === null) {
    return <p>Nothing that {receiver} told of: it has sent no status since the arrival.</p>;
  }
  const changes = changesBetween(before, after.status);
  const when = `The next status of ${receiver}, ${durationText(after.atMs - arrivedAtMs)} after the arrival,`;
  if (changes.length === 0) return <p>{when} is as the one before.</p>;
  return (
    <>
      <p>{when} differs; other frames between may have done it:</p>
      <ul class="changes">
        {changes.map((change) => (
          <li key={change}>{change}</li>
        ))}
      </ul>
    </>
  );
}

function Neighbours({ story: { earlier, later } }: { readonly story: FrameStory }) {
  const store = useStore();
  const go = (seen: FrameStory['earlier'], text: string) => (
    <button
      type="button"
      class="small"
      disabled={seen === null}
      onClick={() => seen !== null && select(store, { kind: 'frame', seq: seen.sample.seq })}
    >
      {text}
    </button>
  );
  return (
    <div class="row" role="group" aria-label="On the same link">
      {go(earlier, 'Earlier on this link')}
      {go(later, 'Later on this link')}
    </div>
  );
}
