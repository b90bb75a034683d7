import * as buyWithPrime from 'waybill/buywithprime';
import * as shippingNdr from 'waybill/shipping-ndr/webhook';
import { createRoutes } from '../../adapters/handlers.mjs';

export const routes = createRoutes({ ...shippingNdr, ...buyWithPrime }, JSON.parse(process.env['PUBLIC_KEY'] ?? ''));
