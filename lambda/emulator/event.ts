/** What an invocation asks the emulator for: a schedule for a destination at most, the command line for a run of its own. */
import { runName, type EmulatorOptions } from '../../services/emulator';

/** An event's fields; what it leaves out is as the stage has it. Fields of other names are passed over. */
export type EmulatorEvent = Pick<EmulatorOptions, 'destination' | 'mode' | 'seed' | 'run' | 'posts'>;

const TYPES: Readonly<Record<keyof EmulatorEvent, 'string' | 'number'>> = {
  destination: 'string',
  mode: 'string',
  seed: 'number',
  run: 'string',
  posts: 'number',
};

/**
 * The options of one invocation. An event without mode, seed and run continues with the run of the schedule; one with a
 * mode or a seed has the run that is named after them, so that it does not come between the schedule's posts.
 *
 * @param stage the options that the stage is deployed with; its seed names the schedule's run.
 * @param event what Lambda was invoked with, of whatever shape. Values are checked by `checkOptions`, types here.
 * @throws Error naming every field of a wrong type.
 */
export function optionsFor(stage: EmulatorOptions, event: unknown): EmulatorOptions {
  const asked = readEvent(event);
  const destination = asked.destination ?? 'topics';
  const own = asked.mode !== undefined || asked.seed !== undefined;
  return {
    ...stage,
    destination,
    mode: asked.mode ?? 'random',
    seed: asked.seed ?? stage.seed,
    run: asked.run ?? (own ? undefined : runName(`scheduled-${stage.seed}`, destination)),
    // Every post once means all of them, unless a number is asked for.
    posts: asked.posts ?? (asked.mode === 'all' ? undefined : stage.posts),
  };
}

function readEvent(event: unknown): EmulatorEvent {
  if (typeof event !== 'object' || event === null) return {};
  const fields = Object.entries(TYPES).flatMap(([name, type]) => {
    const value: unknown = (event as Readonly<Record<string, unknown>>)[name];
    return value === undefined ? [] : [{ name, type, value }];
  });
  const wrong = fields.filter(({ type, value }) => typeof value !== type);
  if (wrong.length > 0) {
    const problems = wrong.map(
      ({ name, type, value }) => `${name} is ${JSON.stringify(value)}, expected a ${type}`,
    );
    throw new Error(
      `The emulator's event is wrong: ${problems.join('; ')}. For example {"destination":"streams","seed":100,"posts":500}.`,
    );
  }
  return Object.fromEntries(fields.map(({ name, value }) => [name, value]));
}
