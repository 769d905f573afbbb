#!/usr/bin/env bash
# Runs one of Kafka's tools, with this host's brokers and authentication unless the arguments give others.
#
#   run-tool.sh <class> [argument…]
#
# Reads JAVA_HOME (default: the java on the PATH) and KAFKA_HEAP_OPTS (default: -Xmx256m) as Kafka's own scripts do.
set -euo pipefail

base=$(cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.." && pwd)
config=$base/config
class=$1
shift

given() {
  local wanted argument
  for wanted in "$@"; do
    for argument in "${arguments[@]}"; do
      if [[ $argument == "$wanted" || $argument == "$wanted="* ]]; then return 0; fi
    done
  done
  return 1
}

arguments=("$@")
defaults=()
if ! given --bootstrap-server --bootstrap-controller && [[ -s $config/bootstrap-servers ]]; then
  defaults+=(--bootstrap-server "$(<"$config/bootstrap-servers")")
fi
if ! given --command-config --producer.config --consumer.config && [[ -s $config/client.properties ]]; then
  defaults+=(--command-config "$config/client.properties")
fi

read -ra heap <<<"${KAFKA_HEAP_OPTS:--Xmx256m}"
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" "${heap[@]}" -XX:+UseSerialGC -XX:-UsePerfData -Djava.awt.headless=true \
  "-Dlog4j2.configurationFile=$config/tools-log4j2.xml" -cp "$base/libs/*" \
  "$class" "${defaults[@]}" "${arguments[@]}"
