import type { FrameSample } from '../../../../../shared/http/Frames.ts';
import { type AskedText, useFrameText } from './useFrameText.ts';
import { Json } from './Json.tsx';

/** A frame's own JSON, and what the relay told of it. */
export function FrameBody({ sample }: { readonly sample: FrameSample }) {
  const asked = useFrameText(sample.seq);
  return (
    <>
      {asked.phase === 'known' ? (
        <Json text={pretty(asked.text)} title="The frame as it came" isOpen={true} />
      ) : (
        <p class="hint">{whyNot(asked)}</p>
      )}
      <Json text={JSON.stringify(sample, null, 2)} title="What the relay told of it" isOpen={asked.phase !== 'known'} />
    </>
  );
}

function whyNot(asked: Exclude<AskedText, { phase: 'known' }>): string {
  switch (asked.phase) {
    case 'asking':
      return 'Its text is asked of the relay.';
    case 'forgotten':
      return 'The relay does not keep its text any more: it keeps the newest frames only.';
    case 'noRelay':
      return 'A recording has no texts of frames; the relay kept them while the cluster ran.';
    case 'failed':
      return `Its text could not be asked of the relay: ${asked.message}`;
  }
}

/** Frames are JSON; one that was cut, or is none, is shown as it came. */
function pretty({ text, truncated }: { readonly text: string; readonly truncated: boolean }): string {
  if (truncated) return `${text}\n… (cut: the relay keeps the first 4 KiB)`;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
