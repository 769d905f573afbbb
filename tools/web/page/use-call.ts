/** A call of the API as the state of a component. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Api, ApiMethod } from '../protocol';
import { call } from './call';

/** Where a call is. A later call replaces the result of an earlier one. */
export interface CallState<T> {
  readonly busy: boolean;
  readonly result?: T;
  /** A sentence. */
  readonly error?: string;
}

/** A call's state, and how it is started and stopped. */
export interface Caller<Method extends ApiMethod> extends CallState<Api[Method]['result']> {
  /** Starts the call, after stopping an earlier one. */
  readonly run: (options: Api[Method]['options']) => Promise<void>;
  readonly stop: () => void;
}

/** Calls a method for a component; a component that goes stops its call. */
export function useCall<Method extends ApiMethod>(method: Method): Caller<Method> {
  const [state, setState] = useState<CallState<Api[Method]['result']>>({ busy: false });
  const running = useRef<AbortController | null>(null);
  const stop = (): void => running.current?.abort();
  useEffect(() => stop, []);

  const run = async (options: Api[Method]['options']): Promise<void> => {
    stop();
    const own = new AbortController();
    running.current = own;
    setState({ busy: true });
    let next: CallState<Api[Method]['result']>;
    try {
      next = { busy: false, result: await call(method, options, own.signal) };
    } catch (error) {
      next = { busy: false, error: error instanceof Error ? error.message : String(error) };
    }
    if (running.current === own) setState(next);
  };
  return { ...state, run, stop };
}
