package io.github.pinterestpipeline.s3sink;

import java.lang.management.ManagementFactory;
import java.util.OptionalDouble;
import javax.management.JMException;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.apache.kafka.common.utils.Sanitizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker's own count of a task's dead letters that its producer did not get rid of. It alone
 * tells of one that the producer refused at once (too large, not allowed, invalid topic): the
 * worker leaves reports that are done already out of the future that it returns, failed or not.
 */
final class ProduceFailures {
  private static final Logger LOG = LoggerFactory.getLogger(ProduceFailures.class);
  private static final String COUNT = "deadletterqueue-produce-failures";

  private final String topic;
  private final ObjectName name;
  private boolean warned;

  /**
   * @param connector the connector's name
   * @param task the task's number within it
   * @param topic the dead-letter topic; empty if there is none
   */
  ProduceFailures(String connector, String task, String topic) {
    this.topic = topic;
    try {
      name =
          new ObjectName(
              "kafka.connect:type=task-error-metrics,connector="
                  + Sanitizer.jmxSanitize(connector)
                  + ",task="
                  + Sanitizer.jmxSanitize(task));
    } catch (MalformedObjectNameException e) {
      throw new IllegalArgumentException("No JMX name for " + connector + "-" + task, e);
    }
  }

  /**
   * @return empty if the worker does not show its counters by JMX
   */
  OptionalDouble count() {
    try {
      Object count = ManagementFactory.getPlatformMBeanServer().getAttribute(name, COUNT);
      return count instanceof Number number
          ? OptionalDouble.of(number.doubleValue())
          : OptionalDouble.empty();
    } catch (JMException e) {
      return OptionalDouble.empty();
    }
  }

  String topic() {
    return topic;
  }

  /** Says once that a report was done at once, and that nobody knows whether it failed. */
  void warnUnknown() {
    if (!warned && !topic.isEmpty()) {
      warned = true;
      LOG.warn(
          "A dead letter for {} was done with at once, which is so when the producer refuses it,"
              + " and {} of {} cannot be read, which would tell. Look for \"Could not produce"
              + " message to dead letter queue\" in this log, and let the worker show its counters"
              + " by JMX: metric.reporters must have org.apache.kafka.common.metrics.JmxReporter.",
          topic,
          COUNT,
          name);
    }
  }
}
