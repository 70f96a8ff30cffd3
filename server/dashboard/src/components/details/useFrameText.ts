import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { FrameText } from '../../../../../shared/http/Frames.ts';
import { WhitewaterError } from '../../../../../shared/errors.ts';
import { useStore } from '../../hooks/useStore.ts';

export type AskedText =
  | { readonly phase: 'asking' | 'forgotten' | 'noRelay' }
  | { readonly phase: 'known'; readonly text: FrameText }
  | { readonly phase: 'failed'; readonly message: string };

/** A frame as it came, asked of the relay once. */
export function useFrameText(seq: number): AskedText {
  const { client, cluster } = useStore();
  // Without a relay nobody is asked, from the first moment.
  const asked = useSignal<AskedText>({ phase: client === null ? 'noRelay' : 'asking' });
  useEffect(() => {
    let isOver = false;
    const tell = (answer: AskedText): void => {
      if (!isOver) asked.value = answer;
    };
    tell({ phase: client === null ? 'noRelay' : 'asking' });
    client?.frame(cluster, seq).then(
      (text) => tell(text === null ? { phase: 'forgotten' } : { phase: 'known', text }),
      (error: unknown) => {
        if (!(error instanceof WhitewaterError)) throw error;
        tell({ phase: 'failed', message: error.message });
      },
    );
    return () => {
      isOver = true;
    };
  }, [client, cluster, seq]);
  return asked.value;
}
