import type { LiveEvent } from '../../../../shared/http/Live.ts';
import { crownPath } from './shapes.ts';

/** For each kind of event a sign that differs in shape; the sentence beside it says the same in words. */
export const EVENT_SIGNS: Readonly<Record<LiveEvent['kind'], string>> = {
  connected: 'M-5 0H5M0-5V5',
  disconnected: 'M-5 0H5',
  roleChanged: 'M-4 0L0-4L4 0L0 4Z',
  leaderElected: crownPath(14),
  leaderLost: crownPath(14),
  membersChanged: 'M-3-2A2.5 2.5 0 1 1 2-2A2.5 2.5 0 1 1-3-2M-6 5A5.5 4.5 0 0 1 5 5',
  signing: 'M-6 0A2.5 2.5 0 1 1-1 0A2.5 2.5 0 1 1-6 0M-1 0H6V3M3 0V3',
  partitioned: 'M-5-5V5M5-5V5M0-6V-3M0-1V1M0 3V6',
  healed: 'M-5 0A5 5 0 1 1-1 4.9',
  faultsChanged: 'M1-6L-4 1H0L-1 6L4-1H0Z',
  refused: 'M-4-4L4 4M-4 4L4-4',
};
