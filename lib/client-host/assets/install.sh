#!/usr/bin/env bash
# Installs the client host's package: Kafka's tools, the REST proxy as a service, and the CloudWatch agent. Idempotent.
# Runs as root, from the unpacked package.
#
# Reads
#   KAFKA_BOOTSTRAP_SERVERS  host:port, several joined by commas
#   KAFKA_AUTH               iam or none
#   REST_PROXY_PORT          the port the proxy listens on
#   REST_PROXY_TOPICS        the topics it serves: names, and prefixes that end with "*", joined by commas
#   AWS_REGION               for example eu-west-1
#   LOG_GROUP                the log group of the host
#   METRICS_NAMESPACE        the namespace of its metrics
set -euo pipefail
umask 022

package=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)

# Fails unless a variable matches a pattern as a whole.
expect() {
  local name=$1 pattern=$2 expected=$3
  if [[ ! ${!name:-} =~ ^($pattern)$ ]]; then
    echo "client-host: $name is \"${!name:-}\": expected $expected" >&2
    exit 2
  fi
}

expect KAFKA_BOOTSTRAP_SERVERS '[A-Za-z0-9.-]+:[0-9]+(,[A-Za-z0-9.-]+:[0-9]+)*' 'host:port, several joined by commas'
expect KAFKA_AUTH 'iam|none' 'iam or none'
expect REST_PROXY_PORT '[0-9]{1,5}' 'a TCP port'
expect REST_PROXY_TOPICS '[A-Za-z0-9._-]+[*]?(,[A-Za-z0-9._-]+[*]?)*' 'topics, several joined by commas'
expect AWS_REGION '[a-z]{2}(-[a-z]+)+-[0-9]' 'an AWS region'
expect LOG_GROUP '[A-Za-z0-9_./#-]+' 'the name of a log group'
expect METRICS_NAMESPACE '[A-Za-z0-9_./#-]+' 'a namespace of CloudWatch'

# From Amazon Linux's own repository, which is in S3: no internet access is needed.
dnf --assumeyes --repo=amazonlinux --setopt=retries=10 install \
  amazon-cloudwatch-agent java-21-amazon-corretto-headless logrotate nodejs22

# Replaced as a whole, so that no file of an earlier package remains.
rm -rf /opt/kafka /opt/rest-proxy
cp --recursive --no-dereference --preserve=mode,links "$package/root/." /

for tool in /opt/kafka/bin/kafka-*.sh; do ln --symbolic --force "$tool" /usr/local/bin/; done
ln --symbolic --force "client-$KAFKA_AUTH.properties" /opt/kafka/config/client.properties
printf '%s\n' "$KAFKA_BOOTSTRAP_SERVERS" >/opt/kafka/config/bootstrap-servers

systemd-sysusers rest-proxy.conf
# systemd opens the log as root before it creates the folder, and then gives the folder to the service.
mkdir --parents --mode=0750 /var/log/rest-proxy
cat >/etc/rest-proxy.env <<EOF
AWS_REGION=$AWS_REGION
REST_PROXY_BOOTSTRAP_SERVERS=$KAFKA_BOOTSTRAP_SERVERS
REST_PROXY_KAFKA_AUTH=$KAFKA_AUTH
REST_PROXY_HOST=0.0.0.0
REST_PROXY_PORT=$REST_PROXY_PORT
REST_PROXY_TOPICS=$REST_PROXY_TOPICS
EOF

# Before the service, so that its first log lines are sent.
sed -e "s|@LOG_GROUP@|$LOG_GROUP|g" -e "s|@METRICS_NAMESPACE@|$METRICS_NAMESPACE|g" \
  "$package/cloudwatch-agent.json" >/etc/client-host-cloudwatch.json
/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl \
  -a fetch-config -m ec2 -c file:/etc/client-host-cloudwatch.json -s

systemctl daemon-reload
systemctl enable --now logrotate.timer
systemctl enable rest-proxy.service
systemctl restart rest-proxy.service
