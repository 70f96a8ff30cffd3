import { isSupervised } from './supervised.ts';

/** Lines for whoever runs the process; the same shape as the loggers of the relay and of the peer. */
export interface LineLogger {
  info(message: string, details?: Readonly<Record<string, unknown>>): void;
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/**
 * News to standard output, trouble to standard error, each line with the time of day before it; without it for a supervisor,
 * which puts it there itself.
 */
export function lineLogger(out: NodeJS.WritableStream, err: NodeJS.WritableStream): LineLogger {
  const supervised = isSupervised();
  const time = (): string => (supervised ? '' : `${timeOfDay(Date.now())}  `);
  return {
    info: (message) => out.write(`${time()}${message}\n`),
    warn: (message, details) => err.write(`${time()}warning: ${message}${causeOf(details)}\n`),
    error: (message, details) => err.write(`${time()}error: ${message}${causeOf(details)}\n`),
  };
}

/** The local time of day, as `21:03:05.123`. */
export function timeOfDay(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (number: number): string => String(number).padStart(2, '0');
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}

function causeOf(details: Readonly<Record<string, unknown>> | undefined): string {
  const error = details?.['error'];
  return error instanceof Error ? `: ${error.stack ?? error.message}` : '';
}
