/**
 * One client for each merchant, for a platform that serves many.
 *
 *     const clients = new MerchantClients(async (merchantId) => ({ region: 'eu', ...(await secrets.read(merchantId)) }));
 *     await (await clients.of('merchant-7')).create(parcel);
 *
 * A client costs little until it is used: only then is its key imported, once. What is worth keeping is that key, the quota that the client
 * has used and what it learnt of Amazon's clock, so keep as many as are busy at once. The least recently used one goes first.
 */
import { DeliveryTrackerClient } from 'waybill/amazonpay';

/** @typedef {import('waybill/amazonpay').DeliveryTrackerClientOptions} Credentials */

export class MerchantClients {
  /**
   * In the order of last use, because a Map keeps that of insertion.
   *
   * @type {Map<string, Promise<DeliveryTrackerClient>>}
   */
  #clients = new Map();
  #credentialsOf;
  #max;

  /**
   * @param {(merchantId: string) => Promise<Credentials>} credentialsOf Reads a merchant's credentials
   * @param {number} [max] How many clients are kept
   */
  constructor(credentialsOf, max = 1000) {
    this.#credentialsOf = credentialsOf;
    this.#max = max;
  }

  /**
   * The merchant's client. All who ask for it meanwhile get the same one, and the credentials are read once.
   *
   * @param {string} merchantId
   * @returns {Promise<DeliveryTrackerClient>}
   */
  of(merchantId) {
    const client = this.#clients.get(merchantId) ?? this.#make(merchantId);
    // Put at the end again, for it is in use.
    this.#clients.delete(merchantId);
    this.#clients.set(merchantId, client);
    for (const oldest of this.#clients.keys()) {
      if (this.#clients.size <= this.#max) break;
      this.#clients.delete(oldest);
    }
    return client;
  }

  /**
   * Call it when a merchant's key was changed. Calls under way end with the old one.
   *
   * @param {string} merchantId
   */
  forget(merchantId) {
    this.#clients.delete(merchantId);
  }

  /** @param {string} merchantId */
  #make(merchantId) {
    const making = Promise.resolve(merchantId).then(this.#credentialsOf);
    const client = making.then((credentials) => new DeliveryTrackerClient(credentials));
    // A failure is not kept: the next call reads the credentials again.
    client.catch(() => {
      if (this.#clients.get(merchantId) === client) this.forget(merchantId);
    });
    return client;
  }
}
