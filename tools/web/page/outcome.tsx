/** What came of a call, in a live region. */
import type { JSX } from 'preact';

/** Says that the call runs, then a sentence on its result, or the error's. */
export function Outcome(props: {
  readonly busy: boolean;
  readonly error?: string;
  /** On the result; undefined while there is none. */
  readonly text?: string;
}): JSX.Element {
  const { busy, error, text } = props;
  return (
    <p class={`outcome ${busy ? 'busy' : error === undefined ? '' : 'bad'}`} role="status">
      {busy ? 'Running…' : (error ?? text ?? '')}
    </p>
  );
}
