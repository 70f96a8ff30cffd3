import type { SampledMessage } from '../../../../../shared/http/Live.ts';
import type { Picture } from '../Picture.ts';

/**
 * Sees every message that goes into a history, live or from a recording, in order and once: for what is counted or noted from the
 * feed, such as marks and gauges.
 * @param after the picture with it; a `frames` message leaves the picture as it was
 * @param before null for the first message
 */
export type FeedWatcher = (message: SampledMessage, after: Picture, before: Picture | null) => void;
