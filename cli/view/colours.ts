import picocolors from 'picocolors';

export type Colours = Pick<
  ReturnType<typeof picocolors.createColors>,
  'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta' | 'inverse'
>;

/** Colours for a terminal, unless NO_COLOR or a dumb terminal says otherwise; none for anything else. */
export function coloursFor(stream: NodeJS.WriteStream, environment: NodeJS.ProcessEnv = process.env): Colours {
  const refused = (environment['NO_COLOR'] ?? '') !== '' || environment['TERM'] === 'dumb';
  return picocolors.createColors(stream.isTTY && !refused);
}

export const NO_COLOURS: Colours = picocolors.createColors(false);

/** Whether a terminal can be trusted to show block characters; the bare Linux console and old Windows ones cannot. */
export function showsBlocks(environment: NodeJS.ProcessEnv = process.env): boolean {
  if (process.platform === 'win32')
    return environment['WT_SESSION'] !== undefined || environment['TERM_PROGRAM'] !== undefined;
  return environment['TERM'] !== 'linux' && environment['TERM'] !== 'dumb';
}
