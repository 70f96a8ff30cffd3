import type { Tour } from '../../../../../client/scenario/Tour.ts';
import type { Picture } from '../Picture.ts';

/** What this cluster lacks for a tour, in a sentence; null when nothing. */
export function tourLacks({ peers: needed }: Pick<Tour, 'peers'>, { peers, processes }: Picture): string | null {
  if (processes === null || !processes.owned) {
    return 'Nobody here may stop and start the processes of this cluster, and a tour does.';
  }
  const voters = peers.filter(({ standing, view }) => standing === 'member' && view.role !== 'learner').length;
  if (voters !== needed) return `This tour needs ${needed} voters, and this cluster has ${voters}.`;
  return null;
}

/** Starts a cluster that any tour can drive. */
export const TOUR_COMMAND = 'npx whitewater up --peers 5';
