import { useDerived } from '../../hooks/useDerived.ts';
import { useNow } from '../../hooks/useNow.ts';
import { useStore } from '../../hooks/useStore.ts';
import type { Facts } from '../../model/why/Facts.ts';

/** As often an answer is looked at anew: it holds numbers that are counted on, and is to be read in peace. */
const EVERY_MS = 500;

/** What is known, looked at now and then. */
export function useFacts(): Facts | null {
  const { picture, network, history } = useStore();
  const nowMs = useNow(EVERY_MS);
  const isThere = useDerived(() => picture.value !== null, [picture]);
  const shown = picture.peek();
  return !isThere || shown === null ? null : { picture: shown, nowMs, network: network.peek(), trail: history.trail };
}
