#!/usr/bin/env bash
# The client host's user data, behind lines that set its variables: fetches the package, refuses it unless its checksum
# is the one that was deployed, and runs the package's install.sh.
#
# Reads PACKAGE_URL (s3://...) and PACKAGE_SHA256 (hexadecimal), and what install.sh reads.
set -euo pipefail
umask 022

say() { echo "client-host: $*" >&2; }

: "${PACKAGE_URL:?is not set: expected the s3:// address of the package}"
: "${PACKAGE_SHA256:?is not set: expected the SHA-256 of the package}"

folder=$(mktemp --directory)
trap 'rm -rf -- "$folder"' EXIT
archive=$folder/package.tar

# The route to S3 and the role may come a moment after the machine.
for attempt in 1 2 3 4 5; do
  if aws s3 cp --no-progress "$PACKAGE_URL" "$archive"; then break; fi
  if ((attempt == 5)); then
    say "$PACKAGE_URL could not be fetched in $attempt attempts"
    exit 1
  fi
  say "$PACKAGE_URL could not be fetched, trying again"
  sleep $((attempt * ${RETRY_SECONDS:-5}))
done

found=$(sha256sum <"$archive" | cut -d ' ' -f 1)
if [[ $found != "$PACKAGE_SHA256" ]]; then
  say "$PACKAGE_URL has the SHA-256 $found, expected $PACKAGE_SHA256: it is not what was deployed; nothing was installed"
  exit 1
fi

mkdir "$folder/package"
tar --extract --file "$archive" --directory "$folder/package" --no-same-owner --preserve-permissions
"$folder/package/install.sh"
