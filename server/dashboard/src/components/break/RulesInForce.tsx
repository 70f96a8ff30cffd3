import type { RuleView } from '../../../../../shared/http/Network.ts';
import { releaseAction, removeRuleAction } from '../../connection/actions/ruleActions.ts';
import { useRuleCounts } from '../../hooks/useRuleCounts.ts';
import { rulesOf } from '../../model/linkFaults.ts';
import { ActionButton } from '../ActionButton.tsx';

/** Each rule with what it did so far, and what takes it away. */
export function RulesInForce() {
  const rules = rulesOf(useRuleCounts());
  if (rules.length === 0) return <p class="hint">No rule is in force.</p>;
  return (
    <ul class="rule-list" aria-label="Rules in force">
      {rules.map((view) => (
        <li key={view.name}>
          <span>
            <b>{view.name}</b> <span class="muted numbers">{strikesOf(view)}</span>
          </span>
          {view.rule.hold === true && (
            <ActionButton class="small" action={releaseAction(view.name)} title="What it holds goes now">
              Release<span class="unseen"> {view.name}</span>
            </ActionButton>
          )}
          <ActionButton
            class="small"
            action={removeRuleAction(view.name)}
            title="The rule goes; what it delays or holds comes at once"
          >
            Remove<span class="unseen"> {view.name}</span>
          </ActionButton>
        </li>
      ))}
    </ul>
  );
}

function strikesOf({ matched, hits }: RuleView): string {
  const struck = Object.entries(hits).flatMap(([fault, count]) => (count === 0 ? [] : [`${fault} ${count}`]));
  return [`meant ${matched} frames`, ...struck].join(', ');
}
