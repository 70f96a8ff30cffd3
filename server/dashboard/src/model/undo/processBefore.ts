import type { ProcessAction, ProcessesView } from '../../../../../shared/http/Processes.ts';
import type { PeerId } from '../../../../../shared/ids.ts';

/** What brings a process back to where it was, or why nothing does. */
export function processBefore(
  before: ProcessesView,
  peer: PeerId,
  action: ProcessAction,
): ProcessAction | { readonly none: string } {
  const was = before.processes.find(({ id }) => id === peer)?.state;
  const ran = was === 'running' || was === 'paused';
  switch (action) {
    case 'stop':
    case 'kill':
      return ran ? 'start' : { none: 'It did not run before either.' };
    case 'start':
      return ran ? { none: 'It ran before too.' } : 'stop';
    case 'pause':
      return was === 'running' ? 'resume' : { none: 'It was paused before too, or did not run.' };
    case 'resume':
      return was === 'paused' ? 'pause' : { none: 'It was not paused.' };
    case 'restart':
      return { none: 'It runs as before; what it had in memory alone is gone.' };
  }
}
