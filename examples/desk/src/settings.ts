/** Settings of the desk, from variables. */
import { loadEnvFile } from 'node:process';
import { parseArgs } from 'node:util';

export interface Settings {
  readonly host: string;
  readonly port: number;
  /** Where people open the desk, without a path. */
  readonly origin: string;
  readonly database: string;
  readonly users: readonly { readonly username: string; readonly password: string }[];
  /** The value of `x-api-key` that you agreed on with Amazon. */
  readonly apiKey: string;
  readonly lwa: { readonly clientId: string; readonly clientSecret: string; readonly refreshToken: string };
  readonly baseUrl: string | undefined;
  readonly tokenUrl: string | undefined;
}

const MIN_PASSWORD = 12;

/** Reads the variables of the process, and those of the files that are passed as `--settings FILE`; the first value of a variable is used. */
export function readSettings(): Settings {
  const { values } = parseArgs({ options: { settings: { type: 'string', multiple: true, default: [] } } });
  for (const file of values.settings) loadEnvFile(file);
  const required = ['NDR_API_KEY', 'DESK_USERS', 'LWA_CLIENT_ID', 'LWA_CLIENT_SECRET', 'LWA_REFRESH_TOKEN'];
  const missing = required.filter((name) => !process.env[name]);
  if (missing.length > 0) throw new Error(`Set ${missing.join(', ')}, for example in a file: npm start -- --settings .env`);
  const get = (name: string): string => process.env[name] ?? '';
  const host = get('HOST') || '127.0.0.1';
  const port = Number(get('PORT') || '8080');
  return {
    host,
    port,
    origin: new URL(get('DESK_URL') || `http://${host}:${port}`).origin,
    database: get('DESK_DATABASE') || 'desk.db',
    users: readUsers(get('DESK_USERS')),
    apiKey: get('NDR_API_KEY'),
    lwa: { clientId: get('LWA_CLIENT_ID'), clientSecret: get('LWA_CLIENT_SECRET'), refreshToken: get('LWA_REFRESH_TOKEN') },
    baseUrl: process.env['SP_API_URL'],
    tokenUrl: process.env['LWA_URL'],
  };
}

/** Reads `asha:her-password ravi:his-password`. Passwords have no spaces. */
export function readUsers(text: string): Settings['users'] {
  const users = text
    .trim()
    .split(/\s+/)
    .map((entry) => {
      const [username = '', ...rest] = entry.split(':');
      return { username, password: rest.join(':') };
    });
  const weak = users.find(({ username, password }) => !username || password.length < MIN_PASSWORD);
  if (weak) throw new Error(`DESK_USERS must be name:password, separated by spaces; each password has ${MIN_PASSWORD} characters or more`);
  return users;
}
