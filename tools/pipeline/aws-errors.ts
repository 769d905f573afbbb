/** Errors as they are told on a terminal. */

/** What an error says, with what to do where the AWS SDK's own words leave that open. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // The SDK's error when its chain of credential providers ends.
  if (error.name === 'CredentialsProviderError') {
    return `No AWS credentials were found (${error.message}). Expected a profile (AWS_PROFILE, after \`aws configure\` or \`aws sso login\`), or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment.`;
  }
  return error.message;
}
