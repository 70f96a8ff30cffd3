/** A text for people, with what was remembered in the place of `$NAME`; names that nothing stands for stay. */
export function filled(text: string, memory: ReadonlyMap<string, unknown>): string {
  return text.replaceAll(/\$(\w+)/g, (name, variable: string) => {
    const value = memory.get(variable);
    if (value === undefined) return name;
    return Array.isArray(value) ? value.join(', ') : String(value as string | number);
  });
}
