/**
 * dynalite, the emulator of DynamoDB that needs no Java, in a process of its own, its tables in a folder.
 *
 * It checks conditions, reserved words, keys, unused names and missing tables. It does not check signatures, it neither throttles nor expires
 * items, and it does not return the old item of a write that failed (`ReturnValuesOnConditionCheckFailure`).
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { end, eventually, freePort, newFolder, start } from './processes.ts';
import type { Engine } from './redis.ts';

const cli = join(dirname(createRequire(import.meta.url).resolve('dynalite')), 'cli.js');

/** A client for what the stores do not do. */
export function adminOf(port: number): DynamoDB {
  const credentials = { accessKeyId: 'made-up', secretAccessKey: 'made-up' };
  return new DynamoDB({ endpoint: `http://127.0.0.1:${port}`, region: 'eu-west-1', credentials });
}

/** Starts dynalite with the table `waybill`. */
export async function startDynamoDB(): Promise<Engine> {
  const port = await freePort();
  const folder = newFolder('dynamodb');
  const launch = async () => {
    const args = [cli, '--port', `${port}`, '--path', join(folder, 'data'), '--createTableMs', '0', '--deleteTableMs', '0'];
    const child = start(process.execPath, args, { log: join(folder, 'log') });
    const admin = adminOf(port);
    await eventually('dynalite did not start', () => admin.listTables({}));
    admin.destroy();
    return child;
  };
  let child = await launch();
  await createTable(port, 'waybill');
  return {
    port,
    restart: async (pause = 0) => {
      await end(child, 'SIGKILL');
      await new Promise((resolve) => setTimeout(resolve, pause));
      child = await launch();
    },
    stop: () => end(child, 'SIGKILL'),
  };
}

/** Creates a table, by default with the key that the stores need. */
export async function createTable(port: number, name: string, key = 'id'): Promise<void> {
  const admin = adminOf(port);
  await admin.createTable({
    TableName: name,
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
  });
  await eventually('the table was not created', async () => {
    const { Table } = await admin.describeTable({ TableName: name });
    if (Table?.TableStatus !== 'ACTIVE') throw new Error(`${Table?.TableStatus}`);
  });
  admin.destroy();
}
