import { Duration, RemovalPolicy, TimeZone } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import {
  Choice,
  Condition,
  CustomState,
  DefinitionBody,
  Errors,
  Fail,
  JitterType,
  LogLevel,
  StateMachine,
  Succeed,
  TaskInput,
  type RetryProps,
} from 'aws-cdk-lib/aws-stepfunctions';
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { BatchFunctions, type BatchFunctionsProps } from './batch-functions';
import { SparkJob } from './spark-job';

/** Properties of a {@link DailyBatch}. */
export interface DailyBatchProps extends BatchFunctionsProps {
  /** Name of the Spark application, for example `pinterest-dev`. */
  readonly name: string;
}

/** Maximum duration of a run, well before the next day's begins. */
const TIMEOUT = Duration.hours(12);

/** Every step is idempotent. */
const RETRY: RetryProps = {
  errors: [Errors.ALL],
  interval: Duration.seconds(30),
  backoffRate: 4,
  maxAttempts: 3,
  maxDelay: Duration.minutes(15),
  jitterStrategy: JitterType.FULL,
};

/** Reconciliation is not retried on a finding: the result would be the same. */
const FOUND = 'ReconciliationError';

/**
 * The batch path, once a day: clean new raw files, answer the questions, reconcile, maintain the tables, make the
 * report. Maintenance and report also come after a reconciliation that found something; the run then fails. A report that
 * cannot be made fails the run too, when everything else is done: the data do not depend on it.
 *
 * Runs may overlap and a step may be retried while an earlier attempt still works: the Delta logs apply every batch
 * exactly once (ADR 3) and make maintenance runs of a table exclude each other (ADR 4), and answers are replaced
 * atomically. At worst some work is done twice.
 */
export class DailyBatch extends Construct {
  readonly stateMachine: StateMachine;
  readonly functions: BatchFunctions;

  constructor(scope: Construct, id: string, props: DailyBatchProps) {
    super(scope, id);
    const { settings, logRetention } = props;
    if (!(Number.isInteger(settings.hour) && settings.hour >= 0 && settings.hour <= 23)) {
      throw new Error(
        `The hour of the daily batch is ${settings.hour}: expected a whole number from 0 to 23 (UTC).`,
      );
    }
    this.functions = new BatchFunctions(this, 'Functions', props);
    const { engine } = settings;
    const spark =
      engine.kind === 'emr-serverless' ? new SparkJob(this, 'Spark', { ...props, engine }) : undefined;
    this.stateMachine = new StateMachine(this, 'StateMachine', {
      definitionBody: DefinitionBody.fromChainable(this.definition(spark)),
      timeout: TIMEOUT,
      tracingEnabled: true,
      logs: {
        destination: new LogGroup(this, 'Log', {
          retention: logRetention,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
        level: LogLevel.ALL,
        includeExecutionData: false,
      },
    });
    spark?.grantRun(this.stateMachine);
    new Schedule(this, 'Schedule', {
      description: 'Starts the daily batch',
      schedule: ScheduleExpression.cron({
        minute: '0',
        hour: String(settings.hour),
        timeZone: TimeZone.ETC_UTC,
      }),
      target: new StepFunctionsStartExecution(this.stateMachine, {
        retryAttempts: 3,
        maxEventAge: Duration.hours(1),
      }),
    });
  }

  private definition(spark: SparkJob | undefined): LambdaInvoke | CustomState {
    const { batch, answers, reconcile, maintenance, report } = this.functions;
    const clean = batch === undefined ? spark?.state(this, 'Clean') : this.invoke('Clean', batch, '$.batch');
    if (clean === undefined)
      throw new Error('The daily batch has no engine: expected "lambda" or "emr-serverless".');
    const maintain = this.invoke('Care', maintenance, '$.care').addRetry(RETRY);
    const count = this.invoke('Reconcile', reconcile, '$.reconciliation')
      .addRetry({ errors: [FOUND], maxAttempts: 0 })
      .addRetry(RETRY)
      .addCatch(maintain, { errors: [Errors.ALL], resultPath: '$.failure' });
    const failed = new Fail(this, 'Failed', { errorPath: '$.failure.Error', causePath: '$.failure.Cause' });
    const verdict = new Choice(this, 'Verdict')
      .when(Condition.isPresent('$.failure'), failed)
      .otherwise(new Succeed(this, 'Done'));
    maintain.next(this.invoke('Report', report, '$.report').addRetry(RETRY)).next(verdict);
    count.next(maintain);
    clean.addRetry(RETRY);
    // The Spark job also answers the questions.
    if (answers === undefined) clean.next(count);
    else clean.next(this.invoke('Answer', answers, '$.answers').addRetry(RETRY)).next(count);
    return clean;
  }

  private invoke(id: string, lambdaFunction: IFunction, resultPath: string): LambdaInvoke {
    return new LambdaInvoke(this, id, {
      lambdaFunction,
      payload: TaskInput.fromObject({}),
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
      resultPath,
    });
  }
}
