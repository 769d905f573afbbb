#!/usr/bin/env bash
# User data of the client host, after lines that set its variables: fetches the package, verifies its checksums and runs
# its install.sh.
#
# Reads PACKAGE_URL (s3://...), PACKAGE_SHA256 (hexadecimal SHA-256 of the package's SHA256SUMS), and what install.sh
# reads.
set -euo pipefail
umask 022

say() { echo "client-host: $*" >&2; }

: "${PACKAGE_URL:?is not set: expected the s3:// address of the package}"
: "${PACKAGE_SHA256:?is not set: expected the SHA-256 of SHA256SUMS in the package}"

folder=$(mktemp --directory)
trap 'rm -rf -- "$folder"' EXIT
archive=$folder/package.tar

# The route to S3 and the role may become available after the instance has started.
for attempt in 1 2 3 4 5; do
  if aws s3 cp --no-progress "$PACKAGE_URL" "$archive"; then break; fi
  if ((attempt == 5)); then
    say "$PACKAGE_URL could not be fetched in $attempt attempts"
    exit 1
  fi
  say "$PACKAGE_URL could not be fetched, trying again"
  sleep $((attempt * ${RETRY_SECONDS:-5}))
done

package=$folder/package
mkdir "$package"
refuse() {
  say "$PACKAGE_URL $*: it is not what was deployed; nothing was installed"
  exit 1
}
tar --extract --file "$archive" --directory "$package" --no-same-owner --preserve-permissions ||
  refuse 'cannot be unpacked'
cd "$package"
[[ -f SHA256SUMS && ! -L SHA256SUMS ]] || refuse 'has no list of checksums, SHA256SUMS'
found=$(sha256sum <SHA256SUMS | cut -d ' ' -f 1)
[[ $found == "$PACKAGE_SHA256" ]] ||
  refuse "has a list of checksums with the SHA-256 $found, expected $PACKAGE_SHA256"
sha256sum --check --strict --quiet SHA256SUMS >&2 || refuse 'has other files than its list of checksums says'
unlisted=$(find . ! -type d ! -path ./SHA256SUMS -printf '%P\n' | sort | comm -23 - <(cut -c 67- SHA256SUMS | sort))
[[ -z $unlisted ]] || refuse "has files that its list of checksums lacks ($unlisted)"
cd /

"$package/install.sh"
