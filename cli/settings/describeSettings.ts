import { flagOf } from './Setting.ts';
import type { Settings } from './Settings.ts';

/** Every setting of a command, one a line: its flag, its value, and where that came from. */
export function describeSettings(settings: Settings): string {
  const rows = [...settings.describe()].map(({ setting, text, place }) => [flagOf(setting), text, place] as const);
  const widths = [0, 1].map((at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map(
    ([flag, text, place]) => `${flag.padEnd(widths[0] ?? 0)}  ${text.padEnd(widths[1] ?? 0)}  ${place}`,
  );
  return `${lines.join('\n')}\n`;
}
