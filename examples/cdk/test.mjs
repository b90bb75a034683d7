/**
 * `npm test`: synthesises the stack, looks at the template, and runs the function that was bundled for Lambda on a batch of SQS's,
 * against an emulator of Amazon's side. Needs neither network nor Docker nor credentials.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Rule } from 'aws-cdk-lib/aws-events';
import { eventPattern } from 'waybill/buywithprime/events';
import { AmazonEmulator, buyWithPrimeEvent, buyWithPrimeOrder } from 'waybill/testing';
import { serve } from '../serve.mjs';

const here = import.meta.dirname;
const eventSourceNames = ['aws.partner/buywithprime/shipped', 'aws.partner/buywithprime/delivered'];
const outdir = mkdtempSync(join(tmpdir(), 'waybill-cdk-'));
after(() => rmSync(outdir, { recursive: true, force: true }));

/** @type {Template} */
let template;
/** The function's bundle. */
let bundle = '';

before(async () => {
  // The CDK looks for the lock file and for esbuild from here.
  process.chdir(here);
  process.env.npm_config_offline = 'true';
  execFileSync(process.execPath, [join(here, 'node_modules/typescript/bin/tsc')], { stdio: 'inherit' });
  const { EventsStack } = await import(pathToFileURL(join(here, '.build/stack.js')).href);
  const connect = Socket.prototype.connect;
  Socket.prototype.connect = () => assert.fail('synthesis reached for the network');
  const app = new App({ outdir });
  template = Template.fromStack(
    new EventsStack(app, 'Events', { eventSourceNames, targetId: 'bp-emulator', alarmEmail: 'shop@example.com' }),
  );
  app.synth();
  Socket.prototype.connect = connect;
  const found = readdirSync(outdir, { recursive: true, encoding: 'utf8' }).find((file) => file.endsWith('index.mjs'));
  assert.ok(found, 'the function was bundled');
  bundle = join(outdir, found);
});

describe('the template', () => {
  test('has a bus for each partner event source', () => {
    template.resourceCountIs('AWS::Events::EventBus', 2);
    for (const name of eventSourceNames) template.hasResourceProperties('AWS::Events::EventBus', { EventSourceName: name, Name: name });
  });

  test('matches, on each bus, every name of the three delivery events', () => {
    const kinds = /** @type {const} */ (['DELIVERY_IN_TRANSIT', 'DELIVERY_COMPLETED', 'DELIVERY_CANCELLED']);
    for (const source of eventSourceNames) {
      const EventPattern = eventPattern({ kinds, source });
      assert.equal(EventPattern['detail-type']?.length, 9);
      template.hasResourceProperties('AWS::Events::Rule', { EventPattern, EventBusName: Match.anyValue(), State: 'ENABLED' });
    }
  });

  test('would match by a prefix too, as a pattern without a source has it', () => {
    const stack = new Stack();
    new Rule(stack, 'Rule', { eventPattern: eventPattern({ format: 'cdk' }) });
    Template.fromStack(stack).hasResourceProperties('AWS::Events::Rule', { EventPattern: eventPattern() });
  });

  test('gives the whole event to the queue, and to the dead letters what does not get there', () => {
    template.allResourcesProperties('AWS::Events::Rule', {
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [logicalId('Events'), 'Arn'] },
          DeadLetterConfig: { Arn: { 'Fn::GetAtt': [logicalId('DeadLetters'), 'Arn'] } },
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
          Input: Match.absent(),
          InputPath: Match.absent(),
          InputTransformer: Match.absent(),
        },
      ],
    });
    // The CDK writes one action as a text and several as a list.
    for (const [queue, Action] of [
      ['Events', Match.arrayWith(['sqs:SendMessage'])],
      ['DeadLetters', 'sqs:SendMessage'],
    ]) {
      template.hasResourceProperties('AWS::SQS::QueuePolicy', {
        Queues: [{ Ref: logicalId(queue) }],
        PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Action, Principal: { Service: 'events.amazonaws.com' } })]) },
      });
    }
  });

  test('hides a message for six times as long as the function may take, and gives it up after ten', () => {
    const [lambda] = Object.values(template.findResources('AWS::Lambda::Function'));
    template.hasResourceProperties('AWS::SQS::Queue', {
      VisibilityTimeout: lambda?.Properties.Timeout * 6,
      RedrivePolicy: { maxReceiveCount: 10, deadLetterTargetArn: { 'Fn::GetAtt': [logicalId('DeadLetters'), 'Arn'] } },
    });
  });

  test('lets the function name what failed', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BatchSize: 10,
      ScalingConfig: { MaximumConcurrency: 5 },
    });
  });

  test('holds no secret', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ BWP_SECRET: 'buy-with-prime', BWP_TARGET_ID: 'bp-emulator' }) },
      Layers: Match.anyValue(),
    });
    assert.doesNotMatch(JSON.stringify(template.toJSON()), /clientSecret/);
  });

  test('lets the function do no more than it must', () => {
    const policies = Object.values(template.findResources('AWS::IAM::Policy'));
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    assert.deepEqual(statements.flatMap(({ Action }) => Action).sort(), [
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ReceiveMessage',
    ]);
    for (const { Resource } of statements) assert.notEqual(Resource, '*');
  });

  test('encrypts what waits, and forgets logs after a month', () => {
    template.allResourcesProperties('AWS::SQS::Queue', { SqsManagedSseEnabled: true, MessageRetentionPeriod: 14 * 86_400 });
    template.resourceCountIs('AWS::SQS::Queue', 2);
    for (const name of ['Events', 'DeadLetters']) {
      template.hasResourceProperties('AWS::SQS::QueuePolicy', {
        Queues: [{ Ref: logicalId(name) }],
        PolicyDocument: {
          Statement: Match.arrayWith([Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } })]),
        },
      });
    }
    template.hasResource('AWS::SQS::Queue', { DeletionPolicy: 'Retain', Properties: { VisibilityTimeout: Match.absent() } });
    const [logs] = Object.keys(template.findResources('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 30 } }));
    template.hasResourceProperties('AWS::Lambda::Function', { LoggingConfig: { LogGroup: { Ref: logs } } });
  });

  test('tells somebody of a single dead letter, and of events that wait too long', () => {
    const [topic] = Object.keys(template.findResources('AWS::SNS::Topic'));
    template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'shop@example.com', TopicArn: { Ref: topic } });
    for (const [queue, MetricName, Threshold] of [
      ['DeadLetters', 'ApproximateNumberOfMessagesVisible', 1],
      ['Events', 'ApproximateAgeOfOldestMessage', 7_200],
    ]) {
      template.hasResourceProperties('AWS::CloudWatch::Alarm', {
        MetricName,
        Threshold,
        Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': [logicalId(queue), 'QueueName'] } }],
        AlarmActions: [{ Ref: topic }],
      });
    }
  });
});

describe('the bundle', () => {
  const amazon = new AmazonEmulator({ orders: [buyWithPrimeOrder()] });
  const { targetId, ...credentials } = amazon.credentials.buyWithPrime;

  /**
   * Invokes the function with a batch, in a process of its own.
   *
   * @param {Record<string, string>} bodies
   * @param {string} SecretString
   */
  async function invoke(bodies, SecretString) {
    const Records = Object.entries(bodies).map(([messageId, body]) => ({
      messageId,
      body,
      eventSourceARN: 'arn:aws:sqs:us-east-1:1:events',
    }));
    const main = join(outdir, 'main.mjs');
    writeFileSync(
      main,
      `import { handler } from ${JSON.stringify(pathToFileURL(bundle).href)};
      const context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 };
      console.log(JSON.stringify(await handler(${JSON.stringify({ Records })}, context)));`,
    );
    const api = await serve(amazon.fetch);
    const secrets = await serve(() => Response.json({ SecretString }));
    try {
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [main], {
        env: {
          PARAMETERS_SECRETS_EXTENSION_HTTP_PORT: new URL(secrets.url).port,
          BWP_SECRET: 'buy-with-prime',
          BWP_TARGET_ID: targetId,
          BWP_URL: api.url,
        },
      });
      assert.ok(!`${stdout}${stderr}`.includes(credentials.clientSecret.slice(0, 8)), 'logs no secret');
      const lines = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      return { answer: lines.pop(), lines, stderr };
    } finally {
      api.close();
      secrets.close();
    }
  }

  test('handles a batch, and names the messages that failed', async (t) => {
    t.diagnostic(`${statSync(bundle).size} bytes`);
    const bodies = {
      old: JSON.stringify(buyWithPrimeEvent('DELIVERY_IN_TRANSIT')),
      new: JSON.stringify(buyWithPrimeEvent('PACKAGE_DELIVERED')),
      other: JSON.stringify(buyWithPrimeEvent('REFUND_REQUESTED')),
      unreadable: '{"detail-type": "DELIVERY_IN_TRANSIT",}',
      unfinished: JSON.stringify(buyWithPrimeEvent('DELIVERY_IN_TRANSIT', { ids: { orderId: '322-NONE-AAAAAA' } })),
    };
    const { answer, lines, stderr } = await invoke(bodies, JSON.stringify(credentials));
    assert.deepEqual(answer, { batchItemFailures: [{ itemIdentifier: 'unreadable' }, { itemIdentifier: 'unfinished' }] });
    const found = { orderId: '322-ABC1-AAAAAA', state: 'IN_TRANSIT', lineItems: ['88eaa8941c-b27324fb27', '6aa26b8761-0868dbc493'] };
    assert.deepEqual(lines, [found, found]);
    assert.match(stderr, /unreadable .*trailing comma/);
  });

  test('does not log a secret that is no JSON', async () => {
    const { answer, stderr } = await invoke({ m: JSON.stringify(buyWithPrimeEvent('PACKAGE_DELIVERED')) }, credentials.clientSecret);
    assert.deepEqual(answer, { batchItemFailures: [{ itemIdentifier: 'm' }] });
    assert.match(stderr, /the secret is not JSON/);
  });
});

/**
 * The template's name of one of the queues.
 *
 * @param {string} name
 */
function logicalId(name) {
  return Object.keys(template.findResources('AWS::SQS::Queue')).find((id) => new RegExp(`^${name}[0-9A-F]{8}$`).test(id));
}
