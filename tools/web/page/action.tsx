/** A control: fields, a button, the command that does the same, and what came of it. */
import type { ComponentChildren, JSX } from 'preact';
import type { Api, ApiMethod } from '../protocol';
import { Command } from './command';
import { Outcome } from './outcome';
import { useAway, useUnsupported } from './store';
import { useCall } from './use-call';

/** Of {@link Action}. */
export interface ActionProps<Method extends ApiMethod> {
  readonly title: string;
  /** What it does and what to look at then, a sentence. */
  readonly text: string;
  readonly method: Method;
  readonly options: Api[Method]['options'];
  /** Of the command line. */
  readonly args: readonly string[];
  /** On the button. */
  readonly verb: string;
  /** What came of it, a sentence. */
  readonly done: (result: Api[Method]['result']) => string;
  /** The fields. */
  readonly children?: ComponentChildren;
}

/** The control; where the side cannot do it, the reason instead. */
export function Action<Method extends ApiMethod>(props: ActionProps<Method>): JSX.Element {
  const { title, text, method, options, args, verb, done, children } = props;
  const { busy, result, error, run } = useCall(method);
  const away = useAway();
  const unsupported = useUnsupported(method);
  return (
    <form
      class="action"
      aria-label={title}
      onSubmit={(event) => {
        event.preventDefault();
        void run(options);
      }}
    >
      <h3>{title}</h3>
      {unsupported === undefined ? (
        <>
          <p>{text}</p>
          <div class="fields">
            {children}
            <button type="submit" disabled={busy || away}>
              {verb}
            </button>
          </div>
          <Command args={args} />
          <Outcome busy={busy} error={error} text={result === undefined ? undefined : done(result)} />
        </>
      ) : (
        <p class="unsupported">{unsupported}</p>
      )}
    </form>
  );
}
