/** A duration for people: `87 ms`, `1.4 s`, `3 min`. */
export function formatDuration(durationMs: number): string {
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  if (durationMs < 60_000) return `${(durationMs / 1000).toFixed(1)} s`;
  if (durationMs < 3_600_000) return `${Math.floor(durationMs / 60_000)} min`;
  return `${Math.floor(durationMs / 3_600_000)} h`;
}
