import { FRAME_KINDS, KIND_WORDS } from '../../model/frames/kinds.ts';

/** What lines and lanes of the diagram mean. */
export function SpaceTimeLegend() {
  return (
    <>
      <ul class="log-legend" aria-label="Signs of the diagram">
        {FRAME_KINDS.map((kind) => (
          <li key={kind}>
            <svg width="34" height="14" viewBox="0 0 34 14" aria-hidden="true">
              <path class="diagram-line" data-kind={kind} d="M1 7H32" marker-end={`url(#diagram-${kind}-request)`} />
            </svg>
            {KIND_WORDS[kind]}
          </li>
        ))}
        <li>
          <svg width="34" height="14" viewBox="0 0 34 14" aria-hidden="true">
            <path class="diagram-line" data-kind="entries" data-held="true" d="M1 7H32" />
          </svg>
          was held
        </li>
        <li>
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
            <path class="diagram-lost" d="M3 3L11 11M11 3L3 11" />
          </svg>
          lost; ringed: after it had waited
        </li>
        <li>
          <svg width="34" height="14" viewBox="0 0 34 14" aria-hidden="true">
            <path class="cone-before" d="M1 7H33" />
          </svg>
          before the selected frame
        </li>
        <li>
          <svg width="34" height="14" viewBox="0 0 34 14" aria-hidden="true">
            <path class="cone-after" d="M3 7H33" />
          </svg>
          after it
        </li>
      </ul>
      <p class="muted hint">
        Hollow heads are replies. Times are the relay’s: a frame that it forwards at once takes 60 µs there, and leans
        so that one sees which way it goes. What happened before may have caused what came after; whether it did, nobody
        tells. Of busy links the relay tells some frames only.
      </p>
    </>
  );
}
