/** Heights of the log's rows, in CSS pixels: the names beside the canvas stand in the same rows. */
export const AXIS_PX = 22;
export const ROW_PX = 48;
/** From the top of its row: the marks of what the leader knows stand above the bar, the tick of what is applied below. */
export const BAR_TOP_PX = 14;
export const BAR_PX = 26;

export function heightOf(rows: number): number {
  return AXIS_PX + rows * ROW_PX;
}

/** The row at a height, or the nearest one. */
export function rowAt(y: number, rows: number): number {
  return Math.max(0, Math.min(rows - 1, Math.floor((y - AXIS_PX) / ROW_PX)));
}
