type Attributes = Readonly<Record<string, string | number | undefined>>;

/** One element, its attributes escaped; what stands in it is SVG already. */
export function element(name: string, attributes: Attributes, ...content: readonly string[]): string {
  const text = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? rounded(value) : escapeText(value ?? '')}"`)
    .join('');
  return content.length === 0 ? `<${name}${text}/>` : `<${name}${text}>${content.join('')}</${name}>`;
}

/** What a pointer that rests there is told. */
export function tooltip(text: string): string {
  return `<title>${escapeText(text)}</title>`;
}

export function escapeText(text: string): string {
  return (
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      // XML has no way to write most control characters.
      .replaceAll(/[^\P{Cc}\n\t]/gu, ' ')
  );
}

function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
