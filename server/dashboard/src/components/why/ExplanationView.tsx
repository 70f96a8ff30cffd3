import type { Explanation, Reason, Rule } from '../../model/why/Explanation.ts';
import type { Selection } from '../../model/Selection.ts';

interface ExplanationViewProps {
  readonly explanation: Explanation;
  /** Lights up what an answer rests on. */
  readonly onEvidence: (evidence: Selection) => void;
}

/** An answer in sentences: why, because of what, by which rule, and what is not known. */
export function ExplanationView({ explanation, onEvidence }: ExplanationViewProps) {
  const { answer, reasons, unknown } = explanation;
  return (
    <>
      <p class="why-answer">{answer}</p>
      {reasons.length > 0 && <Reasons {...{ reasons, onEvidence }} />}
      {unknown.length > 0 && (
        <div class="why-unknown">
          <h3>Not known here</h3>
          <ul>
            {unknown.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

interface ReasonsProps extends Pick<ExplanationViewProps, 'onEvidence'> {
  readonly reasons: readonly Reason[];
}

function Reasons({ reasons, onEvidence }: ReasonsProps) {
  return (
    <ul class="why-reasons">
      {reasons.map(({ text, rule, evidence, because }, at) => (
        <li key={at}>
          <p>{sentence(text)}</p>
          {((rule !== null && rule.paper !== null) || evidence.length > 0) && (
            <div class="why-grounds">
              {rule !== null && <RuleText rule={rule} />}
              {evidence.map((one) => (
                <button key={JSON.stringify(one)} type="button" class="why-evidence" onClick={() => onEvidence(one)}>
                  {evidenceText(one)}
                </button>
              ))}
            </div>
          )}
          {because.length > 0 && <Reasons reasons={because} onEvidence={onEvidence} />}
        </li>
      ))}
    </ul>
  );
}

/** A rule of Raft by its name and section; what it says is a click away. */
function RuleText({ rule: { name, paper, text } }: { readonly rule: Rule }) {
  if (paper === null) return null;
  return (
    <details class="why-rule">
      <summary>
        {name} <span class="why-paper">{paper.startsWith('thesis') ? paper : `paper ${paper}`}</span>
      </summary>
      {text}
    </details>
  );
}

/** Reasons are clauses: as a line of its own each begins large and ends with a full stop. */
function sentence(text: string): string {
  // A name of a peer stays as it is written.
  const begin = /^(?:the|rule|nothing|what|whoever|no|a|it|as) /.test(text)
    ? text.slice(0, 1).toUpperCase() + text.slice(1)
    : text;
  return /[.!?]$/.test(begin) ? begin : `${begin}.`;
}

function evidenceText(evidence: Selection): string {
  switch (evidence.kind) {
    case 'peer':
      return evidence.id;
    case 'link':
      return `${evidence.from} to ${evidence.to}`;
    case 'frame':
      return `frame ${evidence.seq}`;
    case 'entry':
      return `${evidence.peer} at ${evidence.index}`;
    case 'event':
      return evidence.text;
    case 'question':
      return 'why';
  }
}
