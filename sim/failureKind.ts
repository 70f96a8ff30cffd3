/** More of a message does not make it another kind. */
const KIND_CHARACTERS_MAX = 90;

/**
 * Which rule a failure broke, or what it waited for in vain: the same for two runs that fail in the same way at other times, with other
 * peers and other values.
 *
 * @param what a SimulationFailure's, or any error's message
 */
export function failureKind(what: string): string {
  const [line = ''] = what.split('\n', 1);
  // "Log Matching: p3 holds another entry 7 of term 2": rules of the paper's Figure 3 have names.
  const rule = /^([A-Z][a-z]+(?: [A-Z][a-z]+)*): /.exec(line)?.[1];
  if (rule !== undefined) return rule;
  return line
    .replace(/[{["].*$/, '')
    .replace(/\b[pc]\d+(?:\.\d+)?\b/g, 'ID')
    .replace(/\bk\d+\b/g, 'KEY')
    .replace(/\d+(?:\.\d+)?/g, 'N')
    .slice(0, KIND_CHARACTERS_MAX)
    .trim();
}
