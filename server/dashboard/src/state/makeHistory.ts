import { signal } from '@preact/signals';
import { countGauges } from '../model/gauges/countGauges.ts';
import type { Gauges } from '../model/gauges/Gauges.ts';
import { FeedHistory, type HistoryBounds } from '../model/history/FeedHistory.ts';
import type { FeedWatcher } from '../model/history/FeedWatcher.ts';
import { GaugeColumns } from '../model/history/GaugeColumns.ts';
import type { Extent } from '../model/history/History.ts';
import { KeptMarks } from '../model/history/KeptMarks.ts';
import { markEvents } from '../model/history/markEvents.ts';
import type { Marks } from '../model/history/Marks.ts';
import { markCalls } from '../model/time/markCalls.ts';
import { markLasting } from '../model/time/markLasting.ts';
import { KeptTrail } from '../model/why/KeptTrail.ts';

/** What sees every message of a feed, live or recorded: each piece adds its own, a line each. */
function watchersOf(marks: Marks, gauges: Gauges, trail: KeptTrail): readonly FeedWatcher[] {
  return [markEvents(marks), markLasting(marks), markCalls(marks), countGauges(gauges), trail.watch];
}

/** @param bounds other ones than those of a feed */
export function makeHistory(bounds?: HistoryBounds): FeedHistory {
  const marks = new KeptMarks(signal(0));
  const gauges = new GaugeColumns(signal<number | null>(null));
  const trail = new KeptTrail();
  return new FeedHistory({
    ...{ extent: signal<Extent | null>(null), marks, gauges, trail, watchers: watchersOf(marks, gauges, trail) },
    ...(bounds === undefined ? {} : { bounds }),
  });
}
