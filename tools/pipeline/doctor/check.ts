/** What `doctor` is made of: checks, each of which asks one question within a bounded time and never throws. */
import { messageOf } from '../aws-errors';

/**
 * What came of a check: `ok`; `warning`, which is worth knowing and stops nothing; `failed`; or `unknown`, when the question
 * could not be asked.
 */
export type CheckStatus = 'ok' | 'warning' | 'failed' | 'unknown';

/** What a check found. */
export interface Finding {
  readonly status: CheckStatus;
  /** What was seen, a clause or a sentence. */
  readonly seen: string;
  /** What to do about it; there unless the status is `ok`. */
  readonly remedy?: string;
}

/** A question. */
export interface Check {
  /** What is asked about, in one or a few words. */
  readonly check: string;
  /** The rights in IAM without which it cannot be asked; undefined where none is needed. */
  readonly right?: string;
  /**
   * Asks.
   *
   * @param signal aborts when the time is over.
   */
  ask(signal: AbortSignal): Promise<Finding>;
}

/** A line of the report, as `--json` has it. */
export interface CheckResult {
  readonly check: string;
  readonly status: CheckStatus;
  readonly seen: string;
  /** Null when the status is `ok`. */
  readonly remedy: string | null;
}

/** How long a check may take, in milliseconds. */
export const CHECK_LIMIT_MS = 10_000;

/** Longer texts (Java's traces, pages of HTML) are cut. */
const MAX_SEEN = 600;

/** All is well. */
export const ok = (seen: string): Finding => ({ status: 'ok', seen });
/** Something is worth knowing, and nothing stands still for it. */
export const warning = (seen: string, remedy: string): Finding => ({ status: 'warning', seen, remedy });
/** Something is wrong. */
export const failed = (seen: string, remedy: string): Finding => ({ status: 'failed', seen, remedy });
/** The question could not be asked. */
export const unknown = (seen: string, remedy: string): Finding => ({ status: 'unknown', seen, remedy });

const SEVERITY: readonly CheckStatus[] = ['ok', 'warning', 'unknown', 'failed'];

/** One finding of several: the worst status, everything that was seen, and each remedy once. */
export function together(findings: readonly Finding[]): Finding {
  const worst = Math.max(0, ...findings.map(({ status }) => SEVERITY.indexOf(status)));
  const remedies = [...new Set(findings.flatMap(({ remedy }) => remedy ?? []))];
  return {
    status: SEVERITY[worst] ?? 'failed',
    seen: findings.map(({ seen }) => seen).join('; '),
    ...(remedies.length > 0 ? { remedy: remedies.join(' ') } : {}),
  };
}

/** Whether nothing has failed and everything could be asked. */
export function isWell(results: readonly CheckResult[]): boolean {
  return results.every(({ status }) => status === 'ok' || status === 'warning');
}

/** Asks all questions at the same time. The results are in the order of the checks. */
export function makeChecks(
  checks: readonly Check[],
  limitMs: number = CHECK_LIMIT_MS,
): Promise<CheckResult[]> {
  return Promise.all(checks.map((check) => makeCheck(check, limitMs)));
}

/** Asks one question. */
export async function makeCheck(check: Check, limitMs: number = CHECK_LIMIT_MS): Promise<CheckResult> {
  const { status, seen, remedy } = await findingOf(check, limitMs);
  const line = seen.replace(/\s+/g, ' ').trim();
  return {
    check: check.check,
    status,
    seen: line.length > MAX_SEEN ? `${line.slice(0, MAX_SEEN)}...` : line,
    remedy: remedy ?? null,
  };
}

async function findingOf(check: Check, limitMs: number): Promise<Finding> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding>((resolve) => {
    timer = setTimeout(() => {
      // In this order: what the abortion makes of the check's own promise is not the finding.
      resolve(
        unknown(
          `no response within ${limitMs / 1000} s`,
          'Ask again; if it lasts, see whether this machine reaches what is asked (network, proxy, region).',
        ),
      );
      over.abort();
    }, limitMs);
  });
  try {
    return await Promise.race([late, asked(check, over.signal)]);
  } finally {
    clearTimeout(timer);
  }
}

async function asked(check: Check, signal: AbortSignal): Promise<Finding> {
  try {
    return await check.ask(signal);
  } catch (error) {
    return findingOfError(error, check.right);
  }
}

/** What an error says of the question it came of. */
function findingOfError(error: unknown, right: string | undefined): Finding {
  const message = messageOf(error);
  const [first] = causes(error).filter(isDenied);
  if (first !== undefined) {
    const wanted = right ?? 'what the message names';
    return unknown(`not allowed: ${message}`, `These credentials need the right ${wanted}.`);
  }
  if (causes(error).some(isMissing)) {
    return failed(
      `not there: ${message}`,
      'Its stack has it, so it was deleted by hand: destroy that stack and deploy it again.',
    );
  }
  return unknown(message, 'Ask again; the message says what stood in the way.');
}

interface AwsError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

function causes(error: unknown): AwsError[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [];
}

/** Credentials that are wrong or have expired are refused with 403 as well, but it is not rights that they lack. */
const BAD_CREDENTIALS =
  /^(Expired.*|RequestExpired|InvalidClientTokenId|UnrecognizedClient.*|InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignature.*|AuthFailure)$/;

/** Whether AWS refuses for want of rights. JSON interfaces say it with status 400 and a name. */
export function isDenied({ name, $metadata }: AwsError): boolean {
  if (BAD_CREDENTIALS.test(name)) return false;
  return (
    $metadata?.httpStatusCode === 403 || /^(AccessDenied|UnauthorizedOperation|AuthorizationError)/.test(name)
  );
}

function isMissing({ name }: AwsError): boolean {
  return /NotFound/.test(name);
}
