/** What Delta Lake lacks for the batch on Spark: commits by conditional PUT. */
package io.github.pinterestpipeline.spark;
