import type { ServerResponse } from 'node:http';

/** Ends the answer's connection once its reader has taken nothing for so long that there was something to take. */
export function endStalled(response: ServerResponse, stalledMsMax: number): void {
  let sinceMs: number | undefined;
  const timer = setInterval(
    () => {
      if (!response.writableNeedDrain) sinceMs = undefined;
      else if (performance.now() - (sinceMs ??= performance.now()) > stalledMsMax) response.destroy();
    },
    Math.max(1, stalledMsMax / 8),
  ).unref();
  response.on('drain', () => (sinceMs = undefined));
  response.once('close', () => clearInterval(timer));
}
