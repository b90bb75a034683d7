import type { BuyWithPrimeEventKind } from 'waybill/buywithprime/events';

/** What each kind of event means, and what a shop does with it. Complete: the compiler says so if a kind is missing. */
export const KINDS: Readonly<Record<BuyWithPrimeEventKind, readonly [group: string, meaning: string, call: string, then?: string]>> = {
  DELIVERY_IN_TRANSIT: ['Deliveries', 'A delivery left the fulfilment centre.', 'resolveDelivery(event)', 'then collect the payment'],
  DELIVERY_COMPLETED: ['Deliveries', 'A delivery arrived.', 'resolveDelivery(event)'],
  DELIVERY_CANCELLED: ['Deliveries', 'A delivery was cancelled. REFUND_REQUESTED follows.', 'resolveDelivery(event)'],
  PACKAGE_TRACKER_MILESTONE_CHANGED: ['Deliveries', 'A tracking number has a new milestone. It names no order.', 'packageTracker(event)'],
  REFUND_REQUESTED: [
    'Refunds',
    'A refund is due, and nobody but you will make it.',
    'resolveRefund(event)',
    'then refund, and report it with updateRefund()',
  ],
  REFUND_COMPLETED: ['Refunds', 'The money is back, and the books are done.', 'resolveRefund(event)'],
  RETURN_STARTED: ['Returns', 'A return of at least one item started.', 'resolveReturn(event)'],
  RETURN_DELIVERY_IN_TRANSIT: ['Returns', 'A return was dropped off at the carrier.', 'resolveReturn(event)'],
  RETURN_DELIVERY_COMPLETED: ['Returns', 'A return reached the fulfilment centre.', 'resolveReturn(event)'],
  RETURN_DELIVERY_FAILED: ['Returns', 'A return did not reach the fulfilment centre.', 'resolveReturn(event)'],
  RETURN_ITEM_GRADED: ['Returns', 'A returned item was graded.', 'resolveReturn(event)'],
  RETURN_COMPLETED: ['Returns', 'A return is complete. REFUND_REQUESTED tells you to pay.', 'resolveReturn(event)'],
  BUYABILITY_CHANGED: ['Catalog', 'An item can be bought with Prime, or cannot any more.', 'product({ sku })'],
  INVENTORY_CHANGED: ['Catalog', 'The quantity of an item changed.', 'inventoryItem(event)'],
  PERSONAL_DATA_DELETION_TASK_COMPLETED: ['Personal data', 'A deletion of personal data is done.', 'personalDataDeletionTask(event)'],
  PERSONAL_DATA_DELETION_TASK_FAILED: ['Personal data', 'A deletion of personal data failed.', 'personalDataDeletionTask(event)'],
  PERSONAL_DATA_RETRIEVAL_TASK_COMPLETED: [
    'Personal data',
    'Personal data can be fetched.',
    'personalDataRetrievalTask(event)',
    'whose link lasts 60 seconds',
  ],
  PERSONAL_DATA_RETRIEVAL_TASK_FAILED: ['Personal data', 'Personal data could not be collected.', 'personalDataRetrievalTask(event)'],
};
