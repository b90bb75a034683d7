import { routes } from '../../../routes.mjs';

export const POST = routes['/amazon/ndr'];
