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
  /** What the Spark application is named, for example `pinterest-dev`. */
  readonly name: string;
}

/** A run that takes longer hangs: it ends well before the next day's begins. */
const TIMEOUT = Duration.hours(12);

/** Every step can be run again at any time: what it did is there, and what it did not is done. */
const RETRY: RetryProps = {
  errors: [Errors.ALL],
  interval: Duration.seconds(30),
  backoffRate: 4,
  maxAttempts: 3,
  maxDelay: Duration.minutes(15),
  jitterStrategy: JitterType.FULL,
};

/** What the reconciliation found does not change by looking again. */
const FOUND = 'ReconciliationError';

/**
 * The batch path once a day: new raw files into the tables, the answers, the reconciliation, the care of the tables. The
 * tables are cared for also after a reconciliation that found something; the run then fails nevertheless.
 *
 * Another run, of whatever engine, may go on beside it, and a step may be tried again while a lost one still works: every
 * batch is applied exactly once by the tables' logs (ADR 3), cares of a table, also Spark's, exclude each other by the same
 * (ADR 4), and the answers are written whole. Two runs only do some work twice.
 */
export class DailyBatch extends Construct {
  readonly stateMachine: StateMachine;
  readonly functions: BatchFunctions;

  constructor(scope: Construct, id: string, props: DailyBatchProps) {
    super(scope, id);
    const { settings, logRetention } = props;
    if (!(Number.isInteger(settings.hour) && settings.hour >= 0 && settings.hour <= 23)) {
      throw new Error(
        `The daily batch is to begin at hour ${settings.hour}: expected a whole hour, UTC, 0 to 23.`,
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
      description: 'Begins the daily batch',
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
    const { batch, answers, reconcile, care } = this.functions;
    const clean = batch === undefined ? spark?.state(this, 'Clean') : this.invoke('Clean', batch, '$.batch');
    if (clean === undefined)
      throw new Error('The daily batch has no engine: expected "lambda" or "emr-serverless".');
    const tidy = this.invoke('Care', care, '$.care').addRetry(RETRY);
    const count = this.invoke('Reconcile', reconcile, '$.reconciliation')
      .addRetry({ errors: [FOUND], maxAttempts: 0 })
      .addRetry(RETRY)
      .addCatch(tidy, { errors: [Errors.ALL], resultPath: '$.failure' });
    const failed = new Fail(this, 'Failed', { errorPath: '$.failure.Error', causePath: '$.failure.Cause' });
    const verdict = new Choice(this, 'Verdict')
      .when(Condition.isPresent('$.failure'), failed)
      .otherwise(new Succeed(this, 'Done'));
    tidy.next(verdict);
    count.next(tidy);
    clean.addRetry(RETRY);
    // The Spark job has answered.
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
