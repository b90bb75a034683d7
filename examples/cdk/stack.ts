/**
 * Partner event sources -> buses -> rules -> queue -> function, and one dead-letter queue for what a rule or the function could not get
 * rid of.
 *
 * Buffers and retries are the queue's, so nothing is lost while the function is down or the shop is slow, and the function scales with
 * the queue.
 */
import { fileURLToPath } from 'node:url';
import { Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import { Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { ParamsAndSecretsLayerVersion, ParamsAndSecretsVersions, Runtime } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { eventPattern } from 'waybill/buywithprime/events';

export interface EventsStackProps extends StackProps {
  /**
   * The partner event sources that `createEventSubscription` made, such as `aws.partner/buywithprime/my-source`. A subscription has one
   * type of event, and a source of its own.
   */
  readonly eventSourceNames: readonly string[];
  /** The business product whose events these are. */
  readonly targetId: string;
  /** Who hears of alarms; Amazon sends a mail first that asks for consent. */
  readonly alarmEmail: string;
}

export class EventsStack extends Stack {
  constructor(scope: Construct, id: string, { eventSourceNames, targetId, alarmEmail, ...props }: EventsStackProps) {
    super(scope, id, props);
    const timeout = Duration.seconds(60);

    const kept = { retentionPeriod: Duration.days(14), encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    // Kept when the stack is deleted: what is in it is nowhere else.
    const deadLetters = new Queue(this, 'DeadLetters', { ...kept, removalPolicy: RemovalPolicy.RETAIN });
    const queue = new Queue(this, 'Events', {
      ...kept,
      // AWS asks for six times the function's time: a batch that waits for a free function is not to come twice.
      visibilityTimeout: Duration.seconds(timeout.toSeconds() * 6),
      deadLetterQueue: { queue: deadLetters, maxReceiveCount: 10 },
    });

    for (const [index, eventSourceName] of eventSourceNames.entries()) {
      // The bus of a partner's source has the name of the source, and there can be one.
      const eventBus = new EventBus(this, `Bus${index}`, { eventSourceName });
      new Rule(this, `Deliveries${index}`, {
        eventBus,
        eventPattern: eventPattern({
          kinds: ['DELIVERY_IN_TRANSIT', 'DELIVERY_COMPLETED', 'DELIVERY_CANCELLED'],
          source: eventSourceName,
          format: 'cdk',
        }),
        // The matched event whole: an input transformer would drop what is needed.
        targets: [new SqsQueue(queue, { deadLetterQueue: deadLetters, maxEventAge: Duration.hours(24), retryAttempts: 185 })],
      });
    }

    const credentials = Secret.fromSecretNameV2(this, 'Credentials', 'buy-with-prime');
    const handler = new NodejsFunction(this, 'Handler', {
      entry: fileURLToPath(new URL('../lambda.ts', import.meta.url)),
      runtime: Runtime.NODEJS_24_X,
      timeout,
      memorySize: 256,
      environment: { BWP_SECRET: credentials.secretName, BWP_TARGET_ID: targetId },
      paramsAndSecrets: ParamsAndSecretsLayerVersion.fromVersion(ParamsAndSecretsVersions.V1_0_103),
      bundling: { format: OutputFormat.ESM, target: 'node24', minify: true },
      // Without one of its own the logs, with the numbers of orders in them, are kept for ever.
      logGroup: new LogGroup(this, 'Logs', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY }),
    });
    credentials.grantRead(handler);
    handler.addEventSource(
      new SqsEventSource(queue, {
        batchSize: 10,
        // Without this Lambda ignores which messages failed, and deletes them.
        reportBatchItemFailures: true,
        // How many functions run at once: as many as the API and the shop can bear.
        maxConcurrency: 5,
      }),
    );

    const alarms = new Topic(this, 'Alarms');
    alarms.addSubscription(new EmailSubscription(alarmEmail));
    const watch = { evaluationPeriods: 1, treatMissingData: TreatMissingData.NOT_BREACHING };
    const inFiveMinutes = { period: Duration.minutes(5), statistic: 'Maximum' };
    new Alarm(this, 'DeadLettersAlarm', {
      ...watch,
      alarmDescription: 'Buy with Prime events that could not be handled. Fix the cause, then start the redrive of the dead-letter queue.',
      metric: deadLetters.metricApproximateNumberOfMessagesVisible(inFiveMinutes),
      threshold: 1,
    }).addAlarmAction(new SnsAction(alarms));
    new Alarm(this, 'EventsAlarm', {
      ...watch,
      alarmDescription: 'Buy with Prime events wait for longer than all their tries take: does the function run, and often enough?',
      metric: queue.metricApproximateAgeOfOldestMessage(inFiveMinutes),
      threshold: Duration.hours(2).toSeconds(),
    }).addAlarmAction(new SnsAction(alarms));
  }
}
