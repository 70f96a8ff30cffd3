import type { LiveEvent } from '../../shared/http/Live.ts';
import type { ClusterId, PeerId } from '../../shared/ids.ts';
import type { Logger } from '../log.ts';
import { RateLimitedLog } from './RateLimitedLog.ts';

const OF_OPERATORS: ReadonlySet<LiveEvent['kind']> = new Set(['partitioned', 'healed', 'faultsChanged']);
const SEE = 'the live feed of each cluster has its newest events';

/** What happens in clusters, as lines in the log, at a bounded rate: any endpoint can connect and stand as it likes. */
export class News {
  readonly #ofEndpoints: RateLimitedLog;
  /** Apart, so that no endpoint can drown what an operator did. */
  readonly #ofOperators: RateLimitedLog;

  constructor(logger: Logger, clock: () => number) {
    const write = (line: string): void => logger.info(line);
    this.#ofEndpoints = new RateLimitedLog(write, clock, { linesPerKey: 10, lines: 100 }, SEE);
    this.#ofOperators = new RateLimitedLog(write, clock, { linesPerKey: 20, lines: 50 }, SEE);
  }

  tell(cluster: ClusterId, kind: LiveEvent['kind'], peer: PeerId | null, text: string): void {
    const log = OF_OPERATORS.has(kind) ? this.#ofOperators : this.#ofEndpoints;
    log.write(`${cluster}/${peer ?? ''} ${kind}`, `${cluster}: ${text}`);
  }
}
