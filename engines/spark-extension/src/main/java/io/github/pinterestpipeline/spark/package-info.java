/** What Spark lacks for the batch: commits to S3 by conditional PUT, and JSON by our rules. */
package io.github.pinterestpipeline.spark;
