/** The value of the tag `part` by which the command line finds the client host's instance. */
export const CLIENT_HOST_TAG = 'client-host';
