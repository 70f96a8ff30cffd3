/** As many points as fit: of several seconds in one, the highest counts, since a peak is what one looks for. */
export function sparkline(series: Float64Array, pointsMax: number): Float64Array {
  const points = Math.min(pointsMax, series.length);
  const each = series.length / points;
  return Float64Array.from({ length: points }, (_, point) => {
    const told = series.slice(Math.floor(point * each), Math.floor((point + 1) * each)).filter((n) => !Number.isNaN(n));
    return told.length === 0 ? NaN : Math.max(...told);
  });
}

/** A path from 0, 0 at the upper left; nothing is drawn where nothing was told. @param most the value at the upper edge */
export function sparklinePath(values: Float64Array, most: number, widthPx: number, heightPx: number): string {
  const stepPx = widthPx / Math.max(1, values.length - 1);
  let isDrawn = false;
  return values.reduce((path, value, index) => {
    const isTold = !Number.isNaN(value);
    const x = (index * stepPx).toFixed(1);
    const y = (heightPx * (1 - Math.min(1, value / most))).toFixed(1);
    // A dot of its own where neighbours are not told.
    const part = !isTold ? '' : isDrawn ? `L${x} ${y}` : `M${x} ${y}h0`;
    isDrawn = isTold;
    return path + part;
  }, '');
}
