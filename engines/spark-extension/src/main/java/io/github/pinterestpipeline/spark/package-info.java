/**
 * Additions to Spark for the batch: Delta commits by conditional PUT, and JSON parsing by our
 * rules.
 */
package io.github.pinterestpipeline.spark;
