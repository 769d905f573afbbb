import { Aws, CfnCondition, CfnParameter, Fn, Validations } from 'aws-cdk-lib';
import type { CfnDBInstance, DatabaseInstance } from 'aws-cdk-lib/aws-rds';
import { Construct } from 'constructs';
import { SNAPSHOT_PATTERN } from '../stages/aws-parts';

/** The name of the stack's parameter, for `cdk deploy --parameters`. */
export const SNAPSHOT_PARAMETER = 'SourceSnapshot';

/** Properties of a {@link SourceSnapshot}. */
export interface SourceSnapshotProps {
  readonly instance: DatabaseInstance;
  /**
   * The id or ARN of the snapshot that an instance which is not there yet is restored from.
   *
   * @default none: it is made empty
   */
  readonly snapshot?: string;
}

/**
 * Lets an instance be restored from a snapshot, and keeps it.
 *
 * CloudFormation replaces an instance whose snapshot is another than before, or is no longer named. What it was made of
 * is therefore a parameter of the stack, which remembers it: the setting is its default, which counts when the stack is
 * made, and a later deployment without the setting, or with another one, changes nothing (`docs/adr/0009-parking.md`).
 *
 * The library's own construct for restored instances has no password that RDS manages. A restored instance has name,
 * user, key and version of its snapshot; RDS gives it a new managed password after the restoration.
 */
export class SourceSnapshot extends Construct {
  /** The id or ARN, empty where there is none. */
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
    // An older version than the snapshot's would be refused, and RDS may have raised it by itself.
    server.engineVersion = when(restored, Aws.NO_VALUE, server.engineVersion);
    server.addPropertyOverride('KmsKeyId', {
      'Fn::If': [restored.logicalId, { Ref: 'AWS::NoValue' }, server.kmsKeyId],
    });
    // The library's check takes a property that is not given for an empty text.
    Validations.of(server).acknowledge({
      id: 'CloudFormation-Validate::E9006',
      reason: 'The version is of the list, or not given.',
    });
  }
}

function when(condition: CfnCondition, then: string, otherwise: string | undefined): string {
  return Fn.conditionIf(condition.logicalId, then, otherwise).toString();
}
