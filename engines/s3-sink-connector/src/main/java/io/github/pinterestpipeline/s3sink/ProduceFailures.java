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
 * The worker's metric of a task's failed dead-letter records. Only it shows those that the producer
 * refused at once (too large, not allowed, invalid topic): the worker omits completed reports from
 * the future that it returns, failed or not.
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
   * @return empty if the worker does not expose its metrics by JMX
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

  /** Warns once that a report completed at once and that its outcome is unknown. */
  void warnUnknown() {
    if (!warned && !topic.isEmpty()) {
      warned = true;
      LOG.warn(
          "A dead-letter record for {} completed at once, as when the producer refuses it,"
              + " and the metric {} of {}, which would show that, cannot be read. Look for \"Could not produce"
              + " message to dead letter queue\" in this log, and let the worker expose its metrics"
              + " by JMX: metric.reporters must have org.apache.kafka.common.metrics.JmxReporter.",
          topic,
          COUNT,
          name);
    }
  }
}
