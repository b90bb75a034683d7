import { formatResourcePath, parseResourcePath } from 'waybill/buywithprime/events';
import { block, code, facts, heading, json, verdict } from '../dom.ts';
import type { Pane } from '../pane.ts';

const NAMES: Readonly<Record<string, string>> = {
  businessProductId: 'Business product, also the x-api-target-id',
  orderId: 'Order',
  deliveryId: 'Delivery',
  refundId: 'Refund',
  returnId: 'Return',
  itemId: 'Item',
  carrierCode: 'Carrier',
  trackingNumber: 'Tracking number',
  taskId: 'Task',
};

export const pathPane: Pane = {
  id: 'path',
  name: 'Resource path',
  about: 'Buy with Prime names what an event is about by a path. Here it is taken apart.',
  fields: [
    {
      name: 'path',
      label: 'Resource path',
      kind: 'area',
      rows: 3,
      value: 'businessProduct/bp-ab12cd34/order/322-ABC1-AAAAAA/delivery/d5013-77',
    },
  ],
  run: ({ path = '' }) => {
    const parsed = parseResourcePath(path.trim());
    const { segments, ...properties } = parsed;
    const ids = Object.entries(properties).filter(([, id]) => id !== undefined);
    const known = new Set(ids.map(([, id]) => id));
    const others = segments.filter(([, id]) => !known.has(id));
    const rows = ids.map(([name, id]) => [NAMES[name] ?? name, code(String(id))]);
    return [
      verdict('good', `${segments.length} ${segments.length === 1 ? 'step' : 'steps'}`),
      facts({ ...Object.fromEntries(rows), ...Object.fromEntries(others.map(([key, id]) => [`${key}, not documented`, code(id)])) }),
      heading('parseResourcePath() returns'),
      json(parsed, 'Resource path'),
      heading('formatResourcePath() returns'),
      block(formatResourcePath(parsed), 'Path'),
    ];
  },
};
