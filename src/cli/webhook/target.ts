/**
 * The URL that events are sent to.
 *
 * @module
 */
import { isBlockedPort } from '../../testing/delivery/target.ts';
import { UsageError } from '../failure.ts';
import { refuseUserInfo } from '../settings.ts';

/** Refuses a URL that no event can be sent to. */
export function checkTarget(to: string): void {
  const { protocol, port } = URL.canParse(to) ? new URL(to) : { protocol: '', port: '' };
  if (!/^https?:$/.test(protocol)) throw new UsageError('--to must be a URL that starts with https:// or http://');
  refuseUserInfo('--to', to, 'Pass --auth basic --username NAME.');
  if (isBlockedPort(port)) {
    throw new UsageError(`--to has port ${port}, which fetch does not connect to`, 'Have the webhook listen at another port.');
  }
}
