const NUMBER = String.raw`\d+(?:\.\d+)?`;
const TIME = `${NUMBER} ?(?:ms|s|m|h)`;
const FORMS = new RegExp(
  `^(?:${TIME}|${NUMBER}(?: ?(?:ms|s|m|h))?\\.\\.${TIME}|normal\\( ?${TIME} ?, ?${TIME} ?\\)|exponential\\( ?${TIME} ?\\)|pareto\\( ?${TIME} ?, ?${NUMBER} ?\\))$`,
);

/**
 * A delay as the relay reads it, with its units; a bare number is refused, so that nobody means seconds.
 * @throws {RangeError} saying what is legal
 */
export function parseDelayText(text: string): string {
  const trimmed = text.trim();
  if (FORMS.test(trimmed)) return trimmed;
  if (new RegExp(`^${NUMBER}(?:\\.\\.${NUMBER})?$`).test(trimmed)) {
    throw new RangeError(`${JSON.stringify(text)} has no unit: write ${trimmed}ms`);
  }
  throw new RangeError(
    `${JSON.stringify(text)} is not a delay: write 50ms, 50..200ms, normal(50ms, 10ms), exponential(20ms) or pareto(10ms, 1.5)`,
  );
}
