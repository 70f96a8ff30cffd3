import type { Status } from '../shared/messages/Status.ts';
import type { Trace } from '../shared/trace.ts';

/** Adds role, term and leader to records of parts that do not know them, such as a transport's. */
export function traceWithStatus(
  trace: Trace,
  status: () => Pick<Status, 'role' | 'term' | 'leader'> | undefined,
): Trace {
  return {
    wants: (topic) => trace.wants(topic),
    write: (record) => {
      const { role, term, leader } = status() ?? {};
      const known = role === undefined || term === undefined || leader === undefined ? {} : { role, term, leader };
      trace.write({ ...known, ...record });
    },
  };
}
