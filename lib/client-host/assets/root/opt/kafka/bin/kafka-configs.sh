#!/usr/bin/env bash
exec "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/run-tool.sh" kafka.admin.ConfigCommand "$@"
