import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

/** Which parts are unfolded: kept while other panels stand in the place of this one. */
const open = signal<ReadonlySet<string>>(new Set(['Partition']));

interface PartProps {
  readonly title: string;
  /** What is so now, in a few words, to be read while it is folded. */
  readonly says?: string | undefined;
  readonly children: ComponentChildren;
}

/** A part of the panel, which folds. */
export function Part({ title, says, children }: PartProps) {
  const isOpen = open.value.has(title);
  return (
    <details
      class="part"
      open={isOpen}
      onToggle={({ currentTarget }) => {
        if (currentTarget.open === open.peek().has(title)) return;
        const others = [...open.peek()].filter((other) => other !== title);
        open.value = new Set(currentTarget.open ? [...others, title] : others);
      }}
    >
      <summary>
        {title} {says !== undefined && <span class="part-says">{says}</span>}
      </summary>
      {isOpen && <div class="part-body">{children}</div>}
    </details>
  );
}
