import { parseTimeMs } from '../../client/scenario/duration.ts';
import { parseChoice } from '../parse/switch.ts';
import type { Setting } from './Setting.ts';

export const STEP: Setting<number | undefined> = {
  name: 'step',
  placeholder: '<duration>',
  description: 'between two steps of swizzle',
  parse: parseTimeMs,
  fallback: undefined,
  fallbackText: '500ms',
};

export const IN_FLIGHT: Setting<'cut' | 'delivered' | undefined> = {
  name: 'inFlight',
  placeholder: '<word>',
  description: 'what becomes of frames on their way across: cut, or delivered',
  parse: (text) => parseChoice(text, 'a fate of frames', ['cut', 'delivered'] as const),
  fallback: undefined,
  fallbackText: 'cut',
};
