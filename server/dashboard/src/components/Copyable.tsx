import { useRef, useState } from 'preact/hooks';

interface CopyableProps {
  readonly text: string;
  /** Names it for a screen reader: "the command", "the curl call". */
  readonly what: string;
}

type Outcome = 'copied' | 'selected';

const WORDS: Readonly<Record<Outcome, string>> = { copied: 'Copied', selected: 'Selected' };
const SHOWN_MS = 1500;

export function Copyable({ text, what }: CopyableProps) {
  const code = useRef<HTMLElement>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const copy = async (): Promise<void> => {
    setOutcome((await toClipboard(text)) ? 'copied' : selected(code.current));
    setTimeout(() => setOutcome(null), SHOWN_MS);
  };
  return (
    <div class="copyable">
      <code ref={code}>{text}</code>
      <button type="button" class="small" aria-label={`Copy ${what}`} onClick={() => void copy()}>
        <span aria-live="polite">{outcome === null ? 'Copy' : WORDS[outcome]}</span>
      </button>
    </div>
  );
}

/** Browsers give the clipboard only to pages that came encrypted, or from the machine itself. */
async function toClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function selected(element: HTMLElement | null): Outcome {
  if (element !== null) getSelection()?.selectAllChildren(element);
  return 'selected';
}
