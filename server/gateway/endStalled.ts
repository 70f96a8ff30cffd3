import type { ServerResponse } from 'node:http';

/** Looks at one that has to be ended. Counted, for a process that was held up itself must not hold that against the reader. */
const LOOKS = 8;

/** Ends the answer's connection once its reader has taken nothing for so long that there was something to take. */
export function endStalled(response: ServerResponse, stalledMsMax: number): void {
  let stalledLooks = 0;
  const timer = setInterval(
    () => {
      stalledLooks = response.writableNeedDrain ? stalledLooks + 1 : 0;
      if (stalledLooks > LOOKS) response.destroy();
    },
    Math.max(1, stalledMsMax / LOOKS),
  ).unref();
  response.on('drain', () => (stalledLooks = 0));
  response.once('close', () => clearInterval(timer));
}
