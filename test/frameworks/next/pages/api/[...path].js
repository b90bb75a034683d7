import { toNodeHandler } from 'waybill/adapters/node';
import { routes } from '../../routes.mjs';

const handlers = Object.fromEntries(Object.entries(routes).map(([path, handler]) => [`/api${path}`, toNodeHandler(handler)]));

export default (request, response) => handlers[request.url.split('?')[0]]?.(request, response);
