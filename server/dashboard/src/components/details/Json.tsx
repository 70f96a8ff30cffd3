interface JsonProps {
  readonly title: string;
  readonly text: string;
  readonly isOpen: boolean;
}

/** A text that somebody sent or told, word for word. */
export function Json({ title, text, isOpen }: JsonProps) {
  return (
    <details class="json" open={isOpen}>
      <summary>{title}</summary>
      {/* Scrolls, so the keyboard has to reach it. */}
      <pre tabIndex={0} role="group" aria-label={title}>
        {text}
      </pre>
    </details>
  );
}
