import { routes } from '../../routes.mjs';

/** @param {Request} request */
const handle = (request) => routes[new URL(request.url).pathname]?.(request);

export { handle as GET, handle as HEAD, handle as POST, handle as PUT };
