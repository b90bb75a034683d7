/**
 * One client for each merchant, for a platform that serves many.
 *
 *     const clients = new MerchantClients(async (merchantId) => ({ region: 'eu', ...(await secrets.read(merchantId)) }));
 *     await (await clients.of('merchant-7')).create(parcel);
 *
 * A client costs little until it is used: only then is its key imported, once. What is worth keeping is that key, the quota that the client
 * has used and what it learnt of Amazon's clock, so keep as many as are busy at once. The least recently used one goes first.
 */
import { DeliveryTrackerClient, type DeliveryTrackerClientOptions } from 'waybill/amazonpay';

export class MerchantClients {
  /** In the order of last use, because a Map keeps that of insertion. */
  readonly #clients = new Map<string, Promise<DeliveryTrackerClient>>();
  readonly #credentialsOf: (merchantId: string) => Promise<DeliveryTrackerClientOptions>;
  readonly #max: number;

  /**
   * @param credentialsOf Reads a merchant's credentials
   * @param max How many clients are kept
   */
  constructor(credentialsOf: (merchantId: string) => Promise<DeliveryTrackerClientOptions>, max = 1000) {
    this.#credentialsOf = credentialsOf;
    this.#max = max;
  }

  /** The merchant's client. Concurrent calls get the same one, and the credentials are read once. */
  of(merchantId: string): Promise<DeliveryTrackerClient> {
    const client = this.#clients.get(merchantId) ?? this.#make(merchantId);
    // Put at the end, because it is in use.
    this.#clients.delete(merchantId);
    this.#clients.set(merchantId, client);
    for (const oldest of this.#clients.keys()) {
      if (this.#clients.size <= this.#max) break;
      this.#clients.delete(oldest);
    }
    return client;
  }

  /** Call it when a merchant's key was changed. Calls in flight end with the old one. */
  forget(merchantId: string): void {
    this.#clients.delete(merchantId);
  }

  #make(merchantId: string): Promise<DeliveryTrackerClient> {
    const making = Promise.resolve(merchantId).then(this.#credentialsOf);
    const client = making.then((credentials) => new DeliveryTrackerClient(credentials));
    // A failure is not kept: the next call reads the credentials again.
    client.catch(() => {
      if (this.#clients.get(merchantId) === client) this.forget(merchantId);
    });
    return client;
  }
}
