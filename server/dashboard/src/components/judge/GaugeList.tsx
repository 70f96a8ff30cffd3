import { useNow } from '../../hooks/useNow.ts';
import { useStore } from '../../hooks/useStore.ts';
import { type Reading, readings } from '../../model/gauges/readings.ts';
import { sparkline, sparklinePath } from '../../model/gauges/sparkline.ts';

const EVERY_MS = 1000;
/** A line begins with the first number, and is not stretched beyond this. */
const SECONDS_MIN = 60;
const SPARK = { widthPx: 150, heightPx: 26, points: 150 } as const;

/** The numbers that matter, each with its last ten minutes, and the lab's limit where it has one. */
export function GaugeList() {
  const { history, picture, shownAtMs } = useStore();
  useNow(EVERY_MS);
  const untilMs = shownAtMs();
  if (Number.isNaN(untilMs)) return null;
  const shown = picture.peek();
  const members = shown?.peers.filter(({ standing }) => standing === 'member') ?? [];
  const { gauges, marks } = history;
  const peers = members.map(({ view }) => view.id);
  const all = readings({ gauges, marks, untilMs, peers, leader: shown?.leader ?? null });
  return (
    <>
      <h2 id="gauges-title">Gauges</h2>
      <ul class="gauges" aria-labelledby="gauges-title">
        {all.map((reading) => (
          <Gauge key={reading.key} reading={reading} />
        ))}
      </ul>
    </>
  );
}

function Gauge({ reading }: { readonly reading: Reading }) {
  const { key, title, value, detail, series, limit } = reading;
  const points = sparkline(toldOf(series), SPARK.points);
  const told = points.filter((point) => !Number.isNaN(point));
  const most = Math.max(1, limit?.at ?? 0, ...told);
  return (
    <li class="gauge" data-gauge={key}>
      <span class="gauge-title">{title}</span>
      <span class="gauge-value numbers" data-kept={limit?.isKept ?? true}>
        {value}
      </span>
      <svg
        class="spark"
        viewBox={`0 -2 ${SPARK.widthPx} ${SPARK.heightPx + 4}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {limit?.at != null && (
          <path class="spark-limit" d={`M0 ${SPARK.heightPx * (1 - limit.at / most)}H${SPARK.widthPx}`} />
        )}
        <path class="spark-line" d={sparklinePath(points, most, SPARK.widthPx, SPARK.heightPx)} />
      </svg>
      <span class="gauge-detail muted">
        {detail}
        {limit !== null && (
          <span class="gauge-limit" data-kept={limit.isKept}>
            {limit.isKept ? '✓ ' : '✗ beyond '}
            {limit.text}
          </span>
        )}
      </span>
    </li>
  );
}

function toldOf(series: Float64Array): Float64Array {
  const first = series.findIndex((value) => !Number.isNaN(value));
  return first < 0 ? series : series.subarray(Math.min(first, series.length - SECONDS_MIN));
}
