/** Makes templates less safe, one property at a time, without knowing the rules. */
import type { PlainTemplate } from './rules';

/** A change that makes a template less safe. */
export interface Mutation {
  /** Where, and what is done there. */
  readonly name: string;
  /** Does it, in place. @returns what undoes it. */
  apply(): () => void;
}

type Node = Record<string, unknown>;

/** Names of properties that say how something is protected. */
const PROTECTS =
  /encrypt|kms|public|auth|access(Block|Log)|block|restrict|ignore(Public)?Acl|rotation|logg?ing|loggroup|logdelivery|retention|secret|token|transport|onfailure|ownership|scheme|trafficType|incluster|clientbroker|sasl|iam$|enabled$|bisect/i;
/** What a name of these is said in is no protection, or may be either way. */
const INDIFFERENT =
  /description|^Name$|Tags|UserData|Environment|ScheduleExpression|Dimensions|ExecutionRole/i;

function set(holder: Node, key: string, value: unknown): () => void {
  const before = holder[key];
  if (value === undefined) Reflect.deleteProperty(holder, key);
  else holder[key] = value;
  return () => {
    holder[key] = before;
  };
}

/** All of them for these types; a walk over every property. */
export function mutations({ Resources }: PlainTemplate, types: ReadonlySet<string>): Mutation[] {
  const found: Mutation[] = [];
  const add = (name: string, holder: Node, key: string, value: unknown): void => {
    found.push({ name, apply: () => set(holder, key, value) });
  };
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (INDIFFERENT.test(key)) continue;
      const here = `${path}.${key}`;
      const holder = node as Node;
      const relevant = PROTECTS.test(key);
      if (typeof value === 'boolean' && relevant) add(`flip ${here}`, holder, key, !value);
      // What is denied may be more without being less safe.
      else if (key === 'Action') {
        if (holder.Effect !== 'Deny') add(`widen ${here}`, holder, key, '*');
      } else if (key === 'SourceSecurityGroupId')
        found.push({
          name: `open ${here}`,
          apply: () => {
            const undo = [set(holder, key, undefined), set(holder, 'CidrIp', '0.0.0.0/0')];
            return () => {
              undo[0]?.();
              Reflect.deleteProperty(holder, 'CidrIp');
            };
          },
        });
      else if (relevant) add(`drop ${here}`, holder, key, undefined);
      walk(value, here);
    }
  };
  for (const [id, { Type, Properties }] of Object.entries(Resources)) {
    if (types.has(Type)) walk(Properties, id);
  }
  return found;
}
