import { Aws, CfnCondition, CfnParameter, Fn, Validations } from 'aws-cdk-lib';
import type { CfnDBInstance, DatabaseInstance } from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { SNAPSHOT_PATTERN } from '../stages/source';

/** The name of the stack's parameter, for `cdk deploy --parameters`. */
export const SNAPSHOT_PARAMETER = 'SourceSnapshot';

/** Properties of a {@link SourceSnapshot}. */
export interface SourceSnapshotProps {
  readonly instance: DatabaseInstance;
  /**
   * The id or ARN of the snapshot from which a new instance is restored.
   *
   * @default none: the instance is created empty
   */
  readonly snapshot?: string;
}

/**
 * Lets an instance be restored from a snapshot, and stay so.
 *
 * CloudFormation replaces an instance when its snapshot changes or is removed. The snapshot is therefore a stack
 * parameter, which keeps its value: the setting is only its default when the stack is created, and later deployments
 * with another setting or none change nothing (`docs/adr/0009-parking.md`).
 *
 * The CDK's construct for restored instances does not support RDS-managed passwords. A restored instance has the
 * snapshot's name, user, key and version; RDS generates a new managed password after the restore.
 */
export class SourceSnapshot extends Construct {
  /** The id or ARN; empty for none. */
  readonly value: string;

  constructor(scope: Construct, id: string, { instance, snapshot = '' }: SourceSnapshotProps) {
    super(scope, id);
    const parameter = new CfnParameter(this, 'Parameter', {
      description:
        'The snapshot that the source database was restored from; another one replaces the database',
      default: snapshot,
      allowedPattern: `^$|${SNAPSHOT_PATTERN}`,
      constraintDescription: 'the id or ARN of a snapshot of a database, or nothing',
    });
    parameter.overrideLogicalId(SNAPSHOT_PARAMETER);
    this.value = parameter.valueAsString;
    const restored = new CfnCondition(this, 'Restored', {
      expression: Fn.conditionNot(Fn.conditionEquals(this.value, '')),
    });
    const server = instance.node.defaultChild as CfnDBInstance;
    server.dbSnapshotIdentifier = when(restored, this.value, Aws.NO_VALUE);
    server.dbName = when(restored, Aws.NO_VALUE, server.dbName);
    server.masterUsername = when(restored, Aws.NO_VALUE, server.masterUsername);
    // RDS refuses a version older than the snapshot's, which it may have upgraded by itself.
    server.engineVersion = when(restored, Aws.NO_VALUE, server.engineVersion);
    server.addPropertyOverride('KmsKeyId', {
      'Fn::If': [restored.logicalId, { Ref: 'AWS::NoValue' }, server.kmsKeyId],
    });
    // The CDK's validation treats a missing property as an empty text.
    Validations.of(server).acknowledge({
      id: 'CloudFormation-Validate::E9006',
      reason: 'The version is of the list, or not given.',
    });
  }
}

function when(condition: CfnCondition, then: string, otherwise: string | undefined): string {
  return Fn.conditionIf(condition.logicalId, then, otherwise).toString();
}
