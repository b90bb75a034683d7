/**
 * Everything that `reset()` of an emulator starts anew.
 *
 * @module
 */
import { EventDelivery } from '../delivery/event-delivery.ts';
import type { DeliveredEvent, DeliveryReport, DroppedEvent } from '../delivery/report.ts';
import type { AuthProfileRecord } from './buywithprime/auth-profiles.ts';
import type { EventSubscriptionRecord } from './buywithprime/event-subscriptions.ts';
import type { EditableRecords } from './buywithprime/graphql-service.ts';
import { Gateway } from './gateway.ts';
import type { Listeners } from './listeners.ts';
import type { EmulatorSettings } from './options.ts';
import { Recent } from './recent.ts';
import { type EmulatedServices, startServices } from './services.ts';
import { ChangeFinder } from './state-change.ts';

/** What the state needs from its emulator. */
export interface StateOptions {
  readonly settings: EmulatorSettings;
  readonly listeners: Listeners;
  readonly records: EditableRecords;
  readonly now: () => Date;
  readonly newId: () => number;
}

/** The services, the requests, the faults and the deliveries of an emulator. */
export class EmulatorState {
  readonly services: EmulatedServices;
  readonly gateway: Gateway;
  readonly delivery: EventDelivery;
  readonly #delivered: Recent<DeliveredEvent, DeliveredEvent>;
  readonly #dropped: Recent<DroppedEvent, DroppedEvent>;
  /** A request from before a reset may still be in flight after it. */
  #isStopped = false;

  constructor({ settings, listeners, records, now, newId }: StateOptions) {
    const { delivery, signingKeys, maxRecords } = settings;
    const emit: Listeners['emit'] = (name, payload) => {
      if (!this.#isStopped) listeners.emit(name, payload);
    };
    this.#delivered = new Recent(maxRecords);
    this.#dropped = new Recent(maxRecords);
    this.services = startServices(settings, {
      now,
      newId,
      records,
      onTracker: (record) => emit('change', { of: 'deliveryTrackers', action: 'created', id: record.id, record }),
      onFeedback: (record) => emit('change', { of: 'ndrFeedback', action: 'created', id: record.id, record }),
    });
    const { services } = this;
    const reportChanges = graphqlChanges(services, emit);
    this.gateway = new Gateway({
      settings,
      services,
      now,
      newId,
      onFault: (change) => emit('fault', change),
      onRequest: (record, service) => {
        emit('request', record);
        if (service === services.graphql) reportChanges();
      },
    });
    this.delivery = new EventDelivery({
      ...delivery,
      now,
      newId,
      signingKeys,
      onAttempt: (attempt) => emit('attempt', attempt),
      onSettled: (report) => {
        this.#keep(report);
        emit('settled', report);
      },
    });
  }

  /** Waits until every event was delivered or dropped. */
  async report(): Promise<DeliveryReport> {
    await this.delivery.idle();
    return { delivered: this.#delivered.values(), dropped: this.#dropped.values() };
  }

  /** Ends what is in flight, and tells no listener any more. */
  stop(): void {
    this.#isStopped = true;
    this.delivery.stop();
    this.gateway.stop();
  }

  #keep(report: DeliveredEvent | DroppedEvent): void {
    if (report.outcome === 'delivered') this.#delivered.set(report, report);
    else this.#dropped.set(report, report);
  }
}

/** Returns a function that reports what GraphQL has changed in subscriptions and auth profiles since it was last called. */
function graphqlChanges({ subscriptions, graphql }: EmulatedServices, emit: Listeners['emit']): () => void {
  const inSubscriptions = new ChangeFinder<EventSubscriptionRecord>(({ subscriptionId }) => subscriptionId);
  const inProfiles = new ChangeFinder<AuthProfileRecord>(({ authProfileId }) => authProfileId);
  return () => {
    for (const change of inSubscriptions.changes(subscriptions.records)) {
      emit('change', { of: 'eventSubscriptions', ...change });
    }
    for (const change of inProfiles.changes(graphql.authProfiles.records)) {
      emit('change', { of: 'authProfiles', ...change });
    }
  };
}
