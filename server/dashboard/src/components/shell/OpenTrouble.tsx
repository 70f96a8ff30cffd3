import { opening } from '../../state/opened.ts';

/** Why the file that was chosen is not shown. The page is as it was. */
export function OpenTrouble() {
  const { isBusy, trouble } = opening.value;
  return (
    <div role="alert">
      {trouble !== null && (
        <p class="card open-trouble">
          <span class="refusal">{trouble}</span>
          <button type="button" class="small" onClick={() => (opening.value = { isBusy, trouble: null })}>
            Close
          </button>
        </p>
      )}
    </div>
  );
}
