/** A text for people, with what was remembered in the place of `$NAME`; names that nothing stands for stay. */
export function filled(text: string, memory: ReadonlyMap<string, unknown>): string {
  return text.replaceAll(/\$(\w+)/g, (name, variable: string) => {
    const value = memory.get(variable) as string | number | readonly string[] | undefined;
    if (value === undefined) return name;
    return typeof value === 'object' ? value.join(', ') : String(value);
  });
}
