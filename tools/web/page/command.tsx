/** The command that does the same as a control, to be copied. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useCommandLine } from './commands';

/** Shows the command line for some arguments, with a button that copies it. */
export function Command({ args }: { readonly args: readonly string[] }): JSX.Element {
  const line = useCommandLine(args);
  const [copied, setCopied] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(line);
      setCopied(line);
    } catch {
      // The browser does not allow it; the text can be selected.
    }
  };
  return (
    <div class="command">
      <code>{line}</code>
      <button type="button" class="quiet" aria-label={`Copy: ${line}`} onClick={() => void copy()}>
        {copied === line ? 'Copied' : 'Copy'}
      </button>
    </div>
  );
}
